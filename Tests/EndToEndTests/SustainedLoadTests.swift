import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `An agent under load` {
        /// `make load` has it go on for ten minutes.
        private static let seconds = getenv("NODESPAN_LOAD_SECONDS").flatMap { Int(String(cString: $0)) } ?? 60
        /// Spans a second, of all programs.
        private static let rate = getenv("NODESPAN_LOAD_RATE").flatMap { Int(String(cString: $0)) } ?? 10_000

        /// How long it takes is printed, and not judged: other things run on the machine, too.
        @Test(.timeLimit(.minutes(seconds / 60 + 10)))
        func `loses no span and books each, to receivers by gRPC and HTTP at once`() throws {
            let receivers = [
                try LoadedReceiver(speaks: .grpc), try LoadedReceiver(speaks: .http),
            ]
            var agent = try RunningAgent(
                """
                apiVersion: nodespan/v1
                rules:
                  - {match: {executable: FOLDER/grpc*}, destination: d0}
                  - {match: {executable: FOLDER/http*}, destination: d1}
                destinations:
                  - {name: d0, endpoint: "\(receivers[0].url)", protocol: grpc}
                  - {name: d1, endpoint: "\(receivers[1].url)"}
                """)
            let program = try GoToolchain.newest.build("httpserver", mode: .stripped)
            let servers = try ["grpc1", "grpc2", "http1", "http2"].map { name in
                try LoadedServer(binary: agent.install(program, as: name))
            }
            for server in servers { try agent.wait(for: "(pid \(server.pid), ") }

            let begin = ContinuousClock.now
            var use = try ProcessLoad(of: agent.pid)
            for server in servers { try server.load(rate: Self.rate / servers.count, seconds: Self.seconds) }
            while !servers.allSatisfy({ $0.hasEnded(within: .seconds(1)) }) { try use.read() }
            let time = ContinuousClock.now - begin
            let count = try servers.reduce(0) { try $0 + $1.succeeded() }
            try use.read()
            let trace = try agent.stop()
            let received = try receivers.map { try $0.spanCount() }

            let wanted = Self.rate * Self.seconds
            #expect(count == wanted, "the load wasn't what it was to be")
            #expect(trace.summary.begun == count && trace.summary.isBalanced, "\(trace.errors)")
            #expect(trace.summary.lost == 0 && trace.summary.inFlight == 0, "\(trace.summary.losses)")
            #expect(trace.summary.destinations.count == 2)
            for destination in trace.summary.destinations {
                #expect(destination.spans == count / 2 && destination.exported == count / 2, "\(destination)")
                #expect(destination.isBalanced && destination.losses.isEmpty, "\(destination)")
            }
            let resent = trace.summary.destinations.reduce(0) { $0 + $1.resent }
            #expect(received.reduce(0, +) == count + resent && received.allSatisfy { $0 >= count / 2 }, "\(received)")
            print(Self.table(count, time, use, resent: resent))
        }

        private static func table(_ count: Int, _ time: Duration, _ use: ProcessLoad, resent: Int) -> String {
            let rows = [
                ("spans, none lost", "\(count)"), ("spans a second", "\(Int(Double(count) / (time / .seconds(1))))"),
                ("spans sent again", "\(resent)"),
                ("agent's CPU for a span", "\(tenths(use.processorTime / .microseconds(1) / Double(count))) us"),
                ("agent's CPU", "\(tenths(100 * (use.processorTime / time))) %"),
                ("anonymous memory at most", "\(tenths(Double(use.anonymous) / 1e6)) MB"),
                ("resident memory at most", "\(tenths(Double(use.resident) / 1e6)) MB"),
            ]
            let width = rows.map(\.0.count).max() ?? 0
            return rows.map { name, figure in
                name + String(repeating: " ", count: width - name.count) + "  " + figure
            }.joined(separator: "\n")
        }

        private static func tenths(_ number: Double) -> Double { (number * 10).rounded() / 10 }
    }
}

/// A receiver that counts.
private final class LoadedReceiver {
    private var collector: Collector

    init(speaks speech: Collector.Speech) throws { collector = try Collector(speaks: speech, reads: .counts) }

    /// Without a scheme that would say what it speaks.
    var url: String { "http://127.0.0.1:\(collector.port)" }

    func spanCount() throws -> Int { try collector.recorded().reduce(0) { $0 + $1.spanCount } }
}

private final class LoadedServer {
    private let server: FixtureServer
    private var load: PacedLoad?

    init(binary: String) throws { server = try FixtureServer(binary: binary) }

    var pid: Int32 { server.pid }

    func load(rate: Int, seconds: Int) throws {
        load = try PacedLoad(on: server.port, rate: rate, seconds: seconds)
    }

    func hasEnded(within time: Duration) -> Bool { load?.hasEnded(within: time) ?? true }

    func succeeded() throws -> Int { try load?.succeeded() ?? 0 }
}
