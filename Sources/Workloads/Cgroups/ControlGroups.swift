/// The control groups that a process is in, as /proc/PID/cgroup shows them (cgroups(7)): paths that begin at the root
/// of the reader's cgroup namespace, with `..` where they lie outside of it.
package struct ControlGroups: Hashable, Sendable {
    /// One for each hierarchy: version 2's first, then systemd's own of version 1, then those of controllers, as they
    /// stand.
    package let paths: [String]

    /// Text of any kind: lines that aren't of the form `ID:CONTROLLERS:PATH` are passed over. Linear in the size of the
    /// text, which the reader bounds.
    package init(_ text: some Collection<UInt8>) {
        let lines = text.split(separator: UInt8(ascii: "\n")).compactMap { line -> (rank: Int, path: String)? in
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[2].first == UInt8(ascii: "/") else { return nil }
            return (Self.rank(id: fields[0], controllers: fields[1]), Self.path(fields[2]))
        }
        // Stable: the place breaks ties.
        paths = lines.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
            .map(\.element.path)
    }

    /// Those of a process of this machine.
    package static func read(pid: Int32) throws(ProcfsError) -> ControlGroups {
        // A hybrid machine has a score of hierarchies, and no path is longer than 4096 bytes.
        ControlGroups(try ProcFolder(pid: pid).contents(of: "cgroup", limit: 1 << 17))
    }

    /// The first that isn't a hierarchy's root, which on a hybrid machine says nothing; "/" when there is none.
    package var path: String {
        paths.first { $0 != "/" } ?? "/"
    }

    private static func rank(id: some Collection<UInt8>, controllers: some Collection<UInt8>) -> Int {
        if id.elementsEqual("0".utf8), controllers.isEmpty { return 0 }
        return controllers.elementsEqual("name=systemd".utf8) ? 1 : 2
    }

    /// The kernel marks the group of a process that outlived it.
    private static func path(_ bytes: some Collection<UInt8>) -> String {
        let path = String(decoding: bytes, as: UTF8.self)
        let mark = " (deleted)"
        return path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
    }
}
