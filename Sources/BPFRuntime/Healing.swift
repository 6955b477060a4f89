import Glibc

/// What a look through the records of dead owners found and did.
package struct Healing: Equatable, Sendable {
    /// One armed file of a dead owner that still had breakpoints in running processes.
    package struct Finding: Equatable, Sendable {
        /// The executable, as a process that runs it names it.
        package let path: String
        /// File offsets of the breakpoints, ascending.
        package let offsets: [UInt64]
        /// The processes that had them, ascending.
        package let processes: [Int32]
    }

    /// Put right: the processes run their original code again.
    package var healed: [Finding] = []
    /// Still there: another tracer is attached to the same places, or the kernel would not take them out. The record is
    /// kept.
    package var remaining: [Finding] = []
    /// Files in the folder that are no records, left alone.
    package var unreadable: [String] = []
    /// Records done with and removed.
    package var closedRecords = 0

    package init() {}

    /// Looks through the folder. Call it with `TerminationSignals` held, before arming anything.
    /// - Parameter watch: its object has the program that is attached to the places and detached again, upon which the
    ///   kernel restores them.
    package static func run(
        folder: String = ArmedLedger.defaultFolder, with watch: borrowing ProcessWatch
    ) throws(BPFError) -> Healing {
        var healing = Healing()
        let boot = try RecordOwner.currentBoot()
        for name in try entries(of: folder) {
            let path = "\(folder)/\(name)"
            let isDraft = name.hasSuffix(".new")
            guard let owner = RecordOwner(fileName: isDraft ? String(name.dropLast(4)) : name) else {
                healing.unreadable.append(path)
                continue
            }
            if owner.isAlive(boot: boot) { continue }
            // A draft was never in force, and what was armed before a reboot is gone.
            if !isDraft, owner.boot == boot {
                guard let bytes = try Self.contents(of: path) else { continue }
                guard let record = ArmedRecord(parsing: String(decoding: bytes, as: UTF8.self)) else {
                    healing.unreadable.append(path)
                    continue
                }
                var isClean = true
                for file in record.files where !healing.heal(file, with: watch) { isClean = false }
                if !isClean { continue }
            }
            if unlink(path) != 0, errno != ENOENT { throw BPFError("remove", on: path, code: errno) }
            if !isDraft { healing.closedRecords += 1 }
        }
        return healing
    }

    /// Nil when another nodespan that starts at the same time has done with it.
    private static func contents(of path: String) throws(BPFError) -> [UInt8]? {
        do throws(BPFError) {
            return try OwnedDescriptor(opening: path, O_RDONLY | O_NOFOLLOW).remainder(of: path, limit: 8 << 20)
        } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
    }

    /// Whether the file's places are clean now, in every process.
    private mutating func heal(_ file: ArmedFile, with watch: borrowing ProcessWatch) -> Bool {
        let found = Self.breakpoints(of: file, in: Self.processes())
        guard let first = found.first, let path = ProcessCode.executablePath(of: first.pid) else {
            return found.isEmpty
        }
        // More than once, since a child that another thread starts in that moment inherits the link and keeps it until it
        // executes its program.
        var left = found
        for _ in 0..<Self.rounds where !left.isEmpty {
            Self.detach(left, of: file, with: watch)
            left = Self.breakpoints(of: file, in: found.map(\.pid))
        }
        let healedPids = Set(found.map(\.pid)).subtracting(left.map(\.pid)).sorted()
        if !healedPids.isEmpty {
            let offsets = Set(found.flatMap(\.offsets)).sorted()
            healed.append(Finding(path: path, offsets: offsets, processes: healedPids))
        }
        if !left.isEmpty {
            let offsets = Set(left.flatMap(\.offsets)).sorted()
            remaining.append(Finding(path: path, offsets: offsets, processes: left.map(\.pid).sorted()))
        }
        return left.isEmpty
    }

    /// One attachment reaches every process that runs the same file; a copy in another overlay needs one of its own.
    private static func detach(_ found: [Breakpoints], of file: ArmedFile, with watch: borrowing ProcessWatch) {
        var left = found
        while let next = left.first {
            let sites = Set(left.flatMap(\.offsets)).sorted().map { ProbeLinks.Site(offset: $0, cookie: 0) }
            let links = ProbeLinks()
            do {
                try links.attach("heal", of: watch.object, path: "/proc/\(next.pid)/exe", sites: sites)
            } catch {
                // The process has ended. What stays armed is found afterwards.
            }
            links.close()
            left = breakpoints(of: file, in: left.filter { $0.device != next.device }.map(\.pid))
        }
    }

    private static let rounds = 3

    struct Breakpoints {
        let pid: Int32
        let device: UInt64
        let offsets: [UInt64]
    }

    /// Where processes have a breakpoint in place of the recorded code.
    static func breakpoints(of file: ArmedFile, in pids: [Int32]) -> [Breakpoints] {
        pids.compactMap { pid in
            guard let device = file.device(at: "/proc/\(pid)/exe"), let code = ProcessCode(pid: pid) else { return nil }
            let offsets = file.sites.filter { site in
                let bytes = code.bytes(atFileOffset: site.offset, count: Breakpoint.bytes.count)
                return bytes == Breakpoint.bytes && bytes != site.bytes
            }.map(\.offset)
            return offsets.isEmpty ? nil : Breakpoints(pid: pid, device: device, offsets: offsets)
        }
    }

    static func processes() -> [Int32] {
        ((try? entries(of: "/proc")) ?? []).compactMap { Int32($0) }
    }

    /// Names in a folder, sorted; none when there is no such folder.
    static func entries(of folder: String) throws(BPFError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw BPFError("list", on: folder, code: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
