import Glibc
import TestSupport

/// The agent of a node with many processes of few executables.
struct NodeScale {
    private static let executables = 5
    private static let processes = 200
    private static let others = 500

    private var new: [Double] = []
    private var known: [Double] = []
    private let idle: Double
    private let other: Double
    private let memory: MemoryUse
    private let threads: Int
    private let ending: Double

    init(_ nodespan: String, seconds: Int) throws {
        let folder = try TemporaryFolder()
        let program = try readFile(GoToolchain.newest.build("httpserver", mode: .stripped))
        let binaries = (0..<Self.executables).map { "\(folder.path)/server\($0)" }
        for binary in binaries { try writeFile(binary, program, permissions: 0o755) }
        let collector = try Collector(reads: .nothing)
        var agent = try NodeAgent(nodespan, tracing: folder.path, exportingTo: collector.url)
        var programs: [RunningProgram] = []
        var (new, known): ([Double], [Double]) = ([], [])
        for number in 0..<Self.processes {
            programs.append(RunningProgram(try agent.start(binaries[number % binaries.count])))
            let milliseconds = agent.armingTime / .milliseconds(1)
            if number < binaries.count { new.append(milliseconds) } else { known.append(milliseconds) }
        }
        guard let port = programs[0].port() else { throw BenchFailure("the server doesn't listen") }

        var before = try processorTime(of: agent.pid)
        poll(nil, 0, CInt(seconds * 5000))
        let idleTime = try processorTime(of: agent.pid) - before
        before = try processorTime(of: agent.pid)
        let begin = ContinuousClock.now
        let others = try Command.run([
            "/bin/sh", "-c", "i=0; while [ $i -lt \(Self.others) ]; do /bin/true; i=$((i + 1)); done",
        ])
        guard others.code == 0 else { throw BenchFailure(others.errors) }
        let otherTime = try processorTime(of: agent.pid) - before
        // Without what it uses anyway.
        let share = idleTime / .seconds(seconds * 5)
        other = (otherTime / .microseconds(1) - share * ((.now - begin) / .microseconds(1))) / Double(Self.others)
        idle = share * 1000
        let load = try Command.run([
            "/usr/bin/h2load", "--h1", "-c", "8", "--rps", "1250", "-D", "\(seconds)",
            "http://127.0.0.1:\(port)/hello",
        ])
        guard load.code == 0 else { throw BenchFailure(load.errors) }
        memory = try MemoryUse(of: agent.pid)
        threads = FieldFile(try readFile("/proc/\(agent.pid)/status"))["Threads"] ?? 0
        ending = try agent.stop() / .milliseconds(1)
        self.new = new
        self.known = known
    }

    var measurements: [Measurement] {
        [
            Measurement("start to armed, executable that is armed", medianOf: known, .milliseconds, budget: 5),
            Measurement("start to armed, new small executable", medianOf: new, .milliseconds, budget: 50),
            Measurement("agent's CPU time per second, all idle", idle, .milliseconds),
            // 5 % of a CPU at 100 a second.
            Measurement("agent's CPU time per start of another program", other, .microseconds, budget: 500),
            Measurement("anonymous memory, 10,000 spans/s", megabytes(memory.anonymous), .megabytes, budget: 20),
            Measurement("resident memory", megabytes(memory.resident), .megabytes, budget: 50),
            Measurement("BPF maps", megabytes(memory.maps), .megabytes, budget: 32),
            Measurement("threads", Double(threads), .count),
            Measurement("SIGTERM to disarmed and ended", ending, .milliseconds),
        ]
    }

    private func megabytes(_ bytes: Int) -> Double { Double(bytes) / Double(1 << 20) }
}

private final class RunningProgram {
    private let process: ChildProcess
    private var printed: GatheredOutput

    init(_ process: consuming ChildProcess) {
        printed = GatheredOutput(of: process)
        self.process = process
    }

    /// From its line "listening ADDRESS:PORT".
    func port() -> Substring? {
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        return printed.outputText.split(whereSeparator: \.isNewline).first?.split(separator: ":").last
    }
}
