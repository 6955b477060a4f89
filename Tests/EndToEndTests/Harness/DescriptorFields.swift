import TestSupport

/// What the kernel tells of a process's descriptors (/proc/PID/fdinfo), as far as it is numbers.
enum DescriptorFields {
    static func all(of pid: Int32) throws -> [[Substring: Int]] {
        let folder = "/proc/\(pid)/fdinfo"
        // A descriptor may have been closed meanwhile.
        return try fileNames(in: folder).compactMap { try? readFile("\(folder)/\($0)") }.map {
            fields(String(decoding: $0, as: UTF8.self)[...])
        }
    }

    /// The BPF links that a process holds: each probe that is armed anew has another.
    static func links(of pid: Int32) throws -> Set<Int> { Set(try all(of: pid).compactMap { $0["link_id"] }) }

    /// Lines of "name:\tnumber".
    private static func fields(_ text: Substring) -> [Substring: Int] {
        let lines = text.split(separator: "\n").map { $0.split { $0 == ":" || $0 == "\t" } }
        return Dictionary(lines.compactMap { words in words.count < 2 ? nil : Int(words[1]).map { (words[0], $0) } }) {
            first, _ in first
        }
    }
}
