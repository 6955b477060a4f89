internal import SystemPackage

extension FileDescriptor {
    /// What is left to read, at most so many bytes.
    func contents(limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let chunk = try [UInt8](unsafeUninitializedCapacity: min(1 << 14, limit - bytes.count)) { buffer, count in
                count = try read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return bytes
    }
}
