import Glibc

/// A process across pid reuse and reboots: the owner of an armed record, and the record's file name.
struct RecordOwner: Equatable {
    /// /proc/sys/kernel/random/boot_id
    let boot: String
    let pid: pid_t
    /// Field 22 of /proc/PID/stat, clock ticks since boot.
    let startTicks: UInt64

    init(boot: String, pid: pid_t, startTicks: UInt64) {
        self.boot = boot
        self.pid = pid
        self.startTicks = startTicks
    }

    /// The calling process.
    static func current() throws(BPFError) -> RecordOwner {
        guard let state = ProcessState(pid: getpid()) else {
            throw BPFError("read", on: "/proc/self/stat", code: ESRCH)
        }
        return RecordOwner(boot: try currentBoot(), pid: getpid(), startTicks: state.startTicks)
    }

    static func currentBoot() throws(BPFError) -> String {
        let path = "/proc/sys/kernel/random/boot_id"
        let bytes = try OwnedDescriptor(opening: path, O_RDONLY).remainder(of: path, limit: 64)
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// "BOOT.PID.START"
    init?(fileName: String) {
        let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let pid = pid_t(parts[1]), let start = UInt64(parts[2]) else { return nil }
        self.init(boot: String(parts[0]), pid: pid, startTicks: start)
    }

    var fileName: String { "\(boot).\(pid).\(startTicks)" }

    /// Whether it may still hold links. A process that was killed does until its last thread is through with closing
    /// its files; it is a zombie with one thread then, or gone.
    func isAlive(boot current: String) -> Bool {
        guard boot == current, let state = ProcessState(pid: pid), state.startTicks == startTicks else { return false }
        return !(state.isZombie && state.threads == 1)
    }
}

/// What /proc/PID/stat says.
struct ProcessState {
    let isZombie: Bool
    let threads: Int
    let startTicks: UInt64

    /// Nil when there is no such process.
    init?(pid: pid_t) {
        let path = "/proc/\(pid)/stat"
        guard let bytes = try? OwnedDescriptor(opening: path, O_RDONLY).remainder(of: path, limit: 4096) else {
            return nil
        }
        // The name in parentheses may hold anything, parentheses included.
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        // fields[0] is field 3 of proc(5), the state.
        guard fields.count > 19, let threads = Int(fields[17]), let start = UInt64(fields[19]) else { return nil }
        isZombie = fields[0] == "Z"
        self.threads = threads
        startTicks = start
    }
}
