import Glibc

/// What the records of armed probes tell at a moment; nothing is changed.
package struct RecordReview: Equatable, Sendable {
    /// The processes that have something armed now, ascending.
    package internal(set) var running: [Int32] = []
    /// Records of owners that have ended.
    package internal(set) var leftBehind = 0
    /// Files whose recorded places still have breakpoints in running processes.
    package internal(set) var findings: [Healing.Finding] = []
    /// Files in the folder that are no records.
    package internal(set) var unreadable: [String] = []

    package init(folder: String = ArmedLedger.defaultFolder) throws(BPFError) {
        let boot = try RecordOwner.currentBoot()
        for name in try Healing.entries(of: folder) {
            let path = "\(folder)/\(name)"
            let isDraft = name.hasSuffix(".new")
            guard let owner = RecordOwner(fileName: isDraft ? String(name.dropLast(4)) : name) else {
                unreadable.append(path)
                continue
            }
            if owner.isAlive(boot: boot) {
                if !isDraft { running.append(owner.pid) }
                continue
            }
            leftBehind += 1
            if isDraft || owner.boot != boot { continue }
            let bytes = try OwnedDescriptor(opening: path, O_RDONLY | O_NOFOLLOW).remainder(of: path, limit: 8 << 20)
            guard let record = ArmedRecord(parsing: String(decoding: bytes, as: UTF8.self)) else {
                unreadable.append(path)
                leftBehind -= 1
                continue
            }
            findings += record.files.compactMap(Self.finding)
        }
        running.sort()
    }

    private static func finding(in file: ArmedFile) -> Healing.Finding? {
        let found = Healing.breakpoints(of: file, in: Healing.processes())
        guard let first = found.first else { return nil }
        return Healing.Finding(
            path: ProcessCode.executablePath(of: first.pid) ?? "process \(first.pid)",
            offsets: Set(found.flatMap(\.offsets)).sorted(), processes: found.map(\.pid).sorted())
    }
}
