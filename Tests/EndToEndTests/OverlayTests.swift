import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// To the kernel's probes the mounts show one file, to stat(2) two devices: arming both would have every probe run
    /// twice.
    @Suite(.enabled(if: OverlayMounts.obstacle == nil, "\(OverlayMounts.obstacle ?? "")"))
    struct `A program that two overlay mounts share` {
        private static func drive(_ ports: [UInt16]) throws {
            for port in ports {
                for number in 0..<5 {
                    var connection = try RawHTTP(port: port)
                    try connection.send(RawHTTP.request("GET", "/hello?\(port)-\(number)"))
                    _ = try connection.receive()
                }
                // net/http refuses it without calling a handler.
                var connection = try RawHTTP(port: port)
                try connection.send(
                    RawHTTP.request("GET", "/refused?\(port)", headers: ["Expect: miracles", "Connection: close"]))
                let response = try connection.receive()
                #expect(response.status == 417)
            }
        }

        @Test(arguments: [GoToolchain.oldest, .newest])
        func `counts each request once`(go: GoToolchain) throws {
            let overlays = try OverlayMounts(of: go.build("httpserver", mode: .stripped))
            let first = try FixtureServer(binary: overlays.paths[0])
            let second = try FixtureServer(binary: overlays.paths[1])
            var tracer = try Tracer([
                "--pid", "\(first.pid)", "--pid", "\(second.pid)", "--sampler", "always_off",
            ])
            try Self.drive([first.port, second.port])
            let trace = try tracer.stop(afterSpans: 0)
            #expect(trace.summary.begun == 12 && trace.summary.unsampled == 12 && trace.summary.isBalanced)
            #expect(trace.code == 0)
        }

        @Test(arguments: [GoToolchain.oldest, .newest])
        func `has one span a request`(go: GoToolchain) throws {
            let overlays = try OverlayMounts(of: go.build("httpserver", mode: .stripped))
            let first = try FixtureServer(binary: overlays.paths[0])
            let second = try FixtureServer(binary: overlays.paths[1])
            var tracer = try Tracer(["--pid", "\(first.pid)", "--pid", "\(second.pid)", "--sampler", "always_on"])
            try Self.drive([first.port, second.port])
            let trace = try tracer.stop(afterSpans: 12)
            for (pid, port) in [(first.pid, first.port), (second.pid, second.port)] {
                let spans = trace.spans.filter { $0.resource["process.pid"] == .integer(Int(pid)) }
                let queries = spans.compactMap { $0["url.query"] }
                #expect(queries == (0..<5).map { .string("\(port)-\($0)") } + [.string("\(port)")])
                #expect(spans.last?["http.response.status_code"] == 417)
            }
            #expect(trace.spans.count == 12 && Set(trace.spans.map(\.spanId)).count == 12)
            #expect(trace.summary.begun == 12 && trace.summary.lost == 0 && trace.summary.isBalanced)
        }

        /// A file that was copied up is another one to the kernel, though stat(2) shows the same inode number.
        @Test func `and a third has copied up is armed twice`() throws {
            let go = GoToolchain.newest
            let overlays = try OverlayMounts(of: go.build("httpserver", mode: .stripped), count: 3)
            try overlays.copyUp(2)
            let first = try FixtureServer(binary: overlays.paths[0])
            let second = try FixtureServer(binary: overlays.paths[1])
            let third = try FixtureServer(binary: overlays.paths[2])
            var tracer = try Tracer(["--pid", "\(first.pid)", "\(second.pid)", "\(third.pid)"])
            #expect(try ArmedSites(of: tracer.pid).files == 2)
            try Self.drive([first.port, second.port, third.port])
            let trace = try tracer.stop(afterSpans: 18)
            for pid in [first.pid, second.pid, third.pid] {
                #expect(trace.spans.count { $0.resource["process.pid"] == .integer(Int(pid)) } == 6)
            }
            #expect(trace.summary.begun == 18 && trace.summary.lost == 0 && trace.summary.isBalanced)
        }

        /// As a runtime does that deletes a container while another one of its image is busy.
        @Test(arguments: ["always_on", "always_off"])
        func `keeps no mount busy once its own process has ended`(sampler: String) throws {
            let go = GoToolchain.newest
            let overlays = try OverlayMounts(of: go.build("httpserver", mode: .stripped))
            var first = try FixtureServer(binary: overlays.paths[0])
            let second = try FixtureServer(binary: overlays.paths[1])
            var tracer = try Tracer(["--pid", "\(first.pid)", "\(second.pid)", "--sampler", sampler])
            #expect(try ArmedSites(of: tracer.pid).files == 1)
            // No more than the ring of spans has room for: a debug build prints slower than that.
            var load = try ChildProcess([
                "/usr/bin/ab", "-q", "-k", "-n", "10000", "-c", "16", "http://127.0.0.1:\(second.port)/hello",
            ])
            var loadPrinted = GatheredOutput(of: load)
            tracer.read(for: .milliseconds(100))
            first.send(SIGKILL)
            _ = first.wait()
            var unmounted = try overlays.unmount(0)
            let deadline = ContinuousClock.now + .seconds(2)
            while unmounted.code != 0, ContinuousClock.now < deadline {
                tracer.read(for: .milliseconds(20))
                unmounted = try overlays.unmount(0)
            }
            #expect(unmounted.code == 0, "\(unmounted.errors)")
            // Rejected requests, which are begun and ended by one probe, and the load go on.
            try Self.drive([second.port])
            while !loadPrinted.isComplete {
                loadPrinted.readOnce(milliseconds: 1)
                tracer.read(for: .milliseconds(1))
            }
            #expect(load.wait() == 0)
            let handled = try Self.handled(second.port)
            // And the request for the counts, and the one that was rejected.
            let expected = handled + 2
            let trace = try tracer.stop(afterSpans: sampler == "always_on" ? expected : 0) { $0 % 1000 == 0 }
            #expect(handled >= 10_000 && trace.summary.begun == expected, "\(trace.summary)")
            #expect(trace.summary.exported + trace.summary.unsampled == expected, "\(trace.summary)")
            #expect(trace.summary.isBalanced && trace.code == 0)
        }

        /// Requests that a server has handled for /hello.
        private static func handled(_ port: UInt16) throws -> Int {
            var connection = try RawHTTP(port: port)
            try connection.send(RawHTTP.request("GET", "/stats"))
            let counts = try JSONDecoder().decode([String: Int].self, from: Data(connection.receive().body))
            return counts["/hello"] ?? 0
        }
    }
}
