import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// As on kernels before 6.6, which have no uprobe_multi. KernelTests runs such a kernel; here is the load for it.
    @Suite struct `Attached by perf events` {
        private static let perf = ["NODESPAN_ATTACH": "perf"]

        @Test(arguments: [GoToolchain.oldest, .newest])
        func `20,000 requests are all there, with two hits each and none single-stepped`(go: GoToolchain) throws {
            let statistics = try RunCounting()
            let server = try FixtureServer(go)
            var tracer = try Tracer(["--pid", "\(server.pid)"], environment: Self.perf)
            let load = try tracer.run([
                "/usr/bin/ab", "-q", "-k", "-n", "20000", "-c", "64", "http://127.0.0.1:\(server.port)/hello",
            ])
            #expect(load.code == 0 && load.output.contains("Failed requests:        0"), "\(load.errors)")
            tracer.waitForSpans(20_000)
            let hits = try statistics.hits(of: tracer.pid)
            let links = try Set(fields("link_type", of: tracer.pid))
            let maps = String(decoding: try readFile("/proc/\(server.pid)/maps"), as: UTF8.self)

            let trace = try tracer.stop(afterSpans: 0) { $0 % 100 == 0 }
            #expect(links == ["perf", "raw_tracepoint"])
            // ab may send a few more than it counts, of which the last end late.
            #expect((20_000..<20_064).contains(trace.summary.begun))
            #expect(trace.summary.lost == 0 && trace.summary.isBalanced, "\(trace.summary)")
            #expect((40_000...2 * trace.summary.begun).contains(hits))
            // The kernel maps this into a process when it first steps over an instruction there.
            #expect(!maps.contains("[uprobes]"))
        }

        /// The probes are still armed when the books are closed: taking them out is left to the end of the process.
        /// Meanwhile some requests end every millisecond.
        @Test func `a tracer that ends under load leaves nothing unaccounted for, armed or recorded`() throws {
            let server = try FixtureServer(.newest)
            let text = try ProgramText(of: server.pid)
            for _ in 0..<2 {
                var tracer = try Tracer(["--pid", "\(server.pid)"], environment: Self.perf)
                var load = try ChildProcess([
                    "/usr/bin/wrk", "-t", "1", "-c", "800", "-d", "2", "http://127.0.0.1:\(server.port)/slow?ms=100",
                ])
                let isUnderway = tracer.gather(for: .seconds(10)) { $0.outputLines > 1000 }
                #expect(isUnderway)
                let pid = tracer.pid
                let trace = try tracer.stop(afterSpans: 0) { $0 % 100 == 0 }
                #expect(trace.code == 0 && trace.summary.isBalanced, "\(trace.summary)")
                #expect((1...800).contains(trace.summary.inFlight))
                #expect(trace.lines == trace.summary.exported)
                #expect(try text.differences() == 0)
                #expect(try records(of: pid) == [])
                let code = load.wait()
                #expect(code == 0)
            }
        }

        @Test func `what a killed tracer leaves is cleared by the next`() throws {
            let server = try FixtureServer(.newest)
            let text = try ProgramText(of: server.pid)
            var killed = try Tracer(["--pid", "\(server.pid)"], environment: Self.perf)
            let killedPid = killed.pid
            #expect(try records(of: killedPid).count == 1)
            killed.kill()
            var next = try Tracer(["--pid", "\(server.pid)"], environment: Self.perf)
            #expect(try records(of: killedPid) == [])
            let nextPid = next.pid
            let trace = try next.stop(afterSpans: 0)
            #expect(trace.code == 0)
            #expect(try records(of: nextPid) == [])
            #expect(try text.differences() == 0)
        }

        @Test func `any other kind that is asked for is wrong usage`() throws {
            let server = try FixtureServer(.newest)
            let result = try Command.run(
                [try Nodespan.path(), "trace", "--pid", "\(server.pid)"], environment: ["NODESPAN_ATTACH": "ptrace"])
            #expect(result.code == 2 && result.output.isEmpty)
            #expect(result.errors == "nodespan: NODESPAN_ATTACH=ptrace: give multi or perf, or unset it\n")
        }

        private func records(of pid: Int32) throws -> [String] {
            try fileNames(in: "/run/nodespan/armed").filter { $0.contains(".\(pid).") }
        }
    }
}

/// Has the kernel count the runs of BPF programs as long as this lives.
private struct RunCounting: ~Copyable {
    private static let path = "/proc/sys/kernel/bpf_stats_enabled"
    private let before: [UInt8]

    init() throws {
        let before = try readFile(Self.path)
        try writeFile(Self.path, Array("1\n".utf8))
        self.before = before
    }

    deinit {
        try? writeFile(Self.path, before)
    }

    /// Runs of all programs on uprobes that a process has loaded, when they no longer change.
    func hits(of pid: Int32) throws -> Int {
        var last = -1
        while true {
            let hits = try fields("run_cnt", of: pid, where: ("prog_type", "2")).compactMap { Int($0) }.reduce(0, +)
            if hits == last { return hits }
            last = hits
            poll(nil, 0, 50)
        }
    }
}

/// What fdinfo of all descriptors of a process says for a field: lines "NAME:\tVALUE".
/// - Parameter condition: only of those descriptors where this field has this value.
private func fields(
    _ name: String, of pid: Int32, where condition: (name: String, value: String)? = nil
) throws -> [String] {
    let folder = "/proc/\(pid)/fdinfo"
    return try fileNames(in: folder).compactMap { file -> String? in
        let pairs = String(decoding: try readFile("\(folder)/\(file)"), as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: ":\t", maxSplits: 1).map { String($0) } }
        func value(_ name: String) -> String? { pairs.first { $0.first == name }?.dropFirst().first }
        if let condition, value(condition.name) != condition.value { return nil }
        return value(name)
    }
}
