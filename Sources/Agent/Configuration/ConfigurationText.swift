import SystemPackage

/// Reads a file that the operator has written.
enum ConfigurationText {
    /// Bytes.
    private static let sizeLimit = 1 << 20

    /// Why there is no text, as a message that says all but the file.
    struct Unreadable: Error {
        let message: String
    }

    static func read(_ file: FilePath) throws(Unreadable) -> String {
        var bytes: [UInt8] = []
        do {
            let descriptor = try FileDescriptor.open(file, .readOnly, options: .closeOnExec)
            try descriptor.closeAfter {
                while bytes.count <= sizeLimit {
                    let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                        count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
                    }
                    if chunk.isEmpty { break }
                    bytes += chunk
                }
            }
        } catch {
            throw Unreadable(message: "can't be read: \(error)")
        }
        if bytes.count > sizeLimit { throw Unreadable(message: "is larger than \(sizeLimit >> 20) MiB") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Unreadable(message: "is no UTF-8 text")
        }
        return text
    }
}
