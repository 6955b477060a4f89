import TestSupport

/// The numbers in a file of lines "name: number ...", as /proc/PID/status and /proc/PID/fdinfo/N are.
struct FieldFile {
    private let fields: [Substring: Int]

    init(_ bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let pairs = lines.compactMap { line -> (Substring, Int)? in
            let words = line.split { $0 == ":" || $0 == "\t" || $0 == " " }
            guard words.count >= 2, let number = Int(words[1]) else { return nil }
            return (words[0], number)
        }
        fields = Dictionary(pairs) { first, _ in first }
    }

    subscript(name: String) -> Int? { fields[Substring(name)] }

    /// What the kernel tells of each descriptor that a process has open. Those that it closes meanwhile are left out.
    static func ofDescriptors(of pid: Int32) -> [FieldFile] {
        let folder = "/proc/\(pid)/fdinfo"
        let names = (try? fileNames(in: folder)) ?? []
        return names.compactMap { name in (try? readFile("\(folder)/\(name)")).map(FieldFile.init) }
    }
}
