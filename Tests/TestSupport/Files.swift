import Glibc

/// Reads a whole file, /proc's included.
package func readFile(_ path: String) throws(SystemCallFailure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemCallFailure("open", path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        guard count >= 0 else { throw SystemCallFailure("read", path) }
        if count == 0 { return bytes }
        bytes.append(contentsOf: chunk[..<count])
    }
}

/// Writes a file anew.
package func writeFile(_ path: String, _ bytes: [UInt8], permissions: UInt32 = 0o644) throws(SystemCallFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, permissions)
    guard descriptor >= 0 else { throw SystemCallFailure("open", path) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
        let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { throw SystemCallFailure("write", path) }
        written += count
    }
}

/// Creates a folder and those above it.
package func createFolder(_ path: String) throws(SystemCallFailure) {
    var partial = ""
    for part in path.split(separator: "/") {
        partial += "/" + part
        if mkdir(partial, 0o755) != 0, errno != EEXIST { throw SystemCallFailure("mkdir", partial) }
    }
}

/// Names of the regular files directly in a folder, sorted.
package func fileNames(in folder: String) throws(SystemCallFailure) -> [String] {
    guard let stream = opendir(folder) else { throw SystemCallFailure("opendir", folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        guard entry.pointee.d_type == UInt8(DT_REG) else { continue }
        names.append(
            withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            })
    }
    return names.sorted()
}
