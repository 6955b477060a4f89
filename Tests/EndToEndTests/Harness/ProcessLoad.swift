import TestSupport

/// What a process takes while it is under load.
struct ProcessLoad {
    private let pid: Int32
    private let start: Duration
    private(set) var readings = 0
    /// The most that it had at any reading, bytes.
    private(set) var anonymous = 0
    private(set) var resident = 0
    /// At the last reading, since the first.
    private(set) var processorTime = Duration.zero

    init(of pid: Int32) throws {
        self.pid = pid
        start = try TestSupport.processorTime(of: pid)
    }

    mutating func read() throws {
        let status = DescriptorFields.fields(try readFile("/proc/\(pid)/status"))
        anonymous = max(anonymous, (status["RssAnon"] ?? 0) << 10)
        resident = max(resident, (status["VmRSS"] ?? 0) << 10)
        processorTime = try TestSupport.processorTime(of: pid) - start
        readings += 1
    }
}
