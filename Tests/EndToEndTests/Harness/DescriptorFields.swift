import TestSupport

/// What the kernel tells of a process's descriptors (/proc/PID/fdinfo), as far as it is numbers.
enum DescriptorFields {
    static func all(of pid: Int32) throws -> [[Substring: Int]] { try texts(of: pid).map(fields) }

    /// The BPF links of probes that a process holds: each probe that is armed anew has another.
    static func links(of pid: Int32) throws -> Set<Int> {
        // Iterators have links for as long as they run.
        let texts = try texts(of: pid).filter { !String(decoding: $0, as: UTF8.self).contains("link_type:\titer\n") }
        return Set(texts.compactMap { fields($0)["link_id"] })
    }

    private static func texts(of pid: Int32) throws -> [[UInt8]] {
        let folder = "/proc/\(pid)/fdinfo"
        // A descriptor may have been closed meanwhile.
        return try fileNames(in: folder).compactMap { try? readFile("\(folder)/\($0)") }
    }

    /// Lines of "name:\tnumber ...".
    static func fields(_ bytes: [UInt8]) -> [Substring: Int] {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .map { $0.split { $0 == ":" || $0 == "\t" || $0 == " " } }
        return Dictionary(lines.compactMap { words in words.count < 2 ? nil : Int(words[1]).map { (words[0], $0) } }) {
            first, _ in first
        }
    }
}
