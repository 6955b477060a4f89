import FoundationEssentials
import Glibc
import TestSupport

/// A running `nodespan trace --format json` that writes its spans to /dev/null, and maybe exports them. Nothing
/// is injected, which not every kernel allows.
struct Tracer: ~Copyable {
    /// What it says at its end.
    struct Summary: Decodable {
        let begun: UInt64
        let exported: UInt64
        let inFlight: UInt64
        let losses: [String: UInt64]
        let destinations: [Destination]

        var lost: UInt64 { losses.values.reduce(0, +) }
    }

    /// What became of the spans that were to be exported.
    struct Destination: Decodable {
        let spans: UInt64
        let exported: UInt64
    }

    /// From its start to the message that it traces.
    let armingTime: Duration
    private var process: ChildProcess
    private var printed: GatheredOutput

    /// - Parameter collector: the URL to export to.
    init(_ nodespan: String, tracing pid: Int32, exportingTo collector: String? = nil) throws {
        let start = ContinuousClock.now
        let process = try ChildProcess(
            [
                "/bin/sh", "-c", #"exec "$0" "$@" >/dev/null"#, nodespan, "trace", "--format", "json", "--injection",
                "none", "--pid", "\(pid)",
            ] + (collector.map { ["--otlp", $0] } ?? []))
        var printed = GatheredOutput(of: process)
        let isTracing = printed.gather(for: .seconds(20)) {
            $0.errorText.split(separator: "\n").contains { $0.hasPrefix("tracing ") }
        }
        let armingTime = ContinuousClock.now - start
        guard isTracing else { throw BenchFailure("nodespan doesn't trace: \(printed.errorText)") }
        self.armingTime = armingTime
        self.process = process
        self.printed = printed
    }

    var pid: Int32 { process.pid }

    /// Ends it: what it says, and how long that took.
    consuming func stop() throws -> (summary: Summary, disarmingTime: Duration) {
        let start = ContinuousClock.now
        process.send(SIGTERM)
        printed.gather(for: .seconds(30)) { _ in false }
        guard printed.isComplete else { throw BenchFailure("nodespan doesn't end: \(printed.errorText)") }
        let code = process.wait()
        let time = ContinuousClock.now - start
        guard code == 0, let line = printed.errorText.split(separator: "\n").last(where: { $0.hasPrefix("{") }) else {
            throw BenchFailure("nodespan ended with \(code): \(printed.errorText)")
        }
        return (try JSONDecoder().decode(Summary.self, from: Data(line.utf8)), time)
    }
}
