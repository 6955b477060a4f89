internal import Glibc

/// The names in a folder, but for "." and "..".
enum FolderNames {
    /// Nil when it can't be read; `errno` then says why.
    /// - Parameter foldersOnly: of its folders only, where the file system tells what is one.
    static func read(_ path: String, foldersOnly: Bool = false) -> [String]? {
        guard let stream = opendir(path) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            if foldersOnly, Int(entry.pointee.d_type) != Int(DT_DIR) { continue }
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
