import Glibc
package import GoBinary

/// One analysis and what it took.
package struct MeasuredRun {
    package let run: AnalysisRun
    /// Of the processor, in seconds.
    package let seconds: Double
    /// Bytes that the process's resident memory grew by at most, meanwhile.
    package let memory: Int

    /// What no file may cost.
    package static let secondsLimit = 1.0
    package static let memoryLimit = 64 << 20

    package init(of source: some ByteSource) {
        let before = Self.resetPeak()
        let start = Self.processorTime()
        run = AnalysisRun(of: source)
        seconds = Self.processorTime() - start
        memory = Self.peak() - before
    }

    /// What is wrong with it, if anything.
    package var complaint: String? {
        if let contradiction = run.contradictions.first { return contradiction }
        if seconds > Self.secondsLimit { return "took \(seconds) s" }
        return memory > Self.memoryLimit ? "took \(memory >> 20) MB" : nil
    }

    /// Has the kernel's highest value of resident memory begin anew (proc(5), clear_refs), and returns it.
    private static func resetPeak() -> Int {
        let file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
        defer { close(file) }
        guard file >= 0, write(file, "5", 1) == 1 else { fatalError("/proc/self/clear_refs can't be written to") }
        return peak()
    }

    private static func peak() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss << 10
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
