internal import CBPF

/// Which execs `ProcessWatch.events` tells of, by how the executable's name begins. What it tells of is looked at again: these
/// keep the many others from waking the reader.
package struct ExecNames: Sendable {
    let filter: ns_exec_filter

    /// - Parameter beginnings: of the last component of the executable's path, an empty one for all. Longer ones than the
    ///   kernel's side compares are cut, and when there are more of them than it takes, all execs are told of.
    package init(_ beginnings: [String]) {
        let names = beginnings.count > Int(NS_EXEC_NAMES_MAX) ? [""] : beginnings
        var filter = ns_exec_filter()
        filter.count = UInt32(names.count)
        withUnsafeMutableBytes(of: &filter.names) { memory in
            let entries = memory.bindMemory(to: ns_exec_name.self)
            for (index, name) in names.enumerated() { entries[index] = Self.entry(name) }
        }
        self.filter = filter
    }

    private static func entry(_ name: String) -> ns_exec_name {
        var entry = ns_exec_name()
        let bytes = Array(name.utf8.prefix(Int(NS_EXEC_NAME_WORDS) * 8 - 1))
        withUnsafeMutableBytes(of: &entry.text) { $0.copyBytes(from: bytes) }
        withUnsafeMutableBytes(of: &entry.mask) { $0.copyBytes(from: bytes.map { _ in 0xff }) }
        return entry
    }
}
