import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// Tests/Fixtures/tricks: handlers that panic, hijack, time out, stream or leave their goroutine, and clients that
    /// vanish, pipeline, cut off and dawdle, over HTTP/1 and HTTP/2, with TLS and without, beside idle connections.
    @Suite struct `A server with every trick at once` {
        private static let idleConnections = 10_000

        /// How long the load lasts: NODESPAN_TRICKS_SECONDS, for a long run by hand, or else a few.
        private static let seconds = getenv("NODESPAN_TRICKS_SECONDS").flatMap { Int(String(cString: $0)) } ?? 2

        @Test(arguments: TricksBuild.all)
        func `has every request accounted for`(build: TricksBuild) throws {
            let server = try TricksServer(build)
            var tracer = try Tracer(["--pid", "\(server.pid)"])
            let load = try tracer.run([
                server.binary, "-load", "\(server.plain),\(server.secure)", "-for", "\(Self.seconds)s", "-idle",
                "\(Self.idleConnections)",
            ])
            #expect(load.code == 0, "\(load.errors)")
            let tally = try JSONDecoder().decode(Tally.self, from: Data(load.output.utf8))
            tracer.waitForRest()
            let reached = try server.reached()
            let trace = try tracer.stop(afterSpans: reached + tally.unhandled) {
                $0 >= Self.idleConnections
            }

            #expect(trace.summary.begun == reached + tally.unhandled)
            #expect(trace.summary.lost == 0, "\(trace.summary.losses)")
            #expect(trace.summary.inFlight == 0)
            #expect(trace.summary.isBalanced && trace.code == 0)
            #expect(trace.lines == trace.summary.exported)
            // What the clients know. The request for the number was not theirs.
            #expect((tally.answered...tally.sent).contains(reached - 1), "\(tally)")
            #expect(tally.answered > Self.idleConnections + 100)
            Self.expectEndings(trace, build)
        }

        /// Streams are cut off but seen to their end when the server closes their connections; handlers that never
        /// return, and whatever is under way in a process that is killed, are lost by name.
        @Test(arguments: [SIGTERM, SIGKILL])
        func `loses only what its end cuts off`(signal: CInt) throws {
            let server = try TricksServer(TricksBuild(go: .newest))
            var tracer = try Tracer(["--pid", "\(server.pid)"])
            let targets = ["/events", "/events", "/events", "/stuck", "/stuck"]
            let underway = try targets.map { try UnfinishedRequest($0, port: server.plainPort) }
            server.send(signal)
            let trace = try tracer.finish()
            #expect(trace.summary.begun == underway.count)
            let lost = signal == SIGKILL ? underway.count : 2
            #expect(trace.summary.losses == ["process_ended": lost])
            #expect(trace.summary.inFlight == 0 && trace.summary.isBalanced)
            #expect(trace.spans("/events").count == underway.count - lost && trace.lines == underway.count - lost)
        }

        /// Every path has ended as its handler ends, over every protocol.
        private static func expectEndings(_ trace: Trace, _ build: TricksBuild) {
            var protocols: Set<String> = []
            for span in trace.spans {
                let ending = Ending(of: span)
                #expect(endings[span.path]?.contains(ending) == true, "\(span.path): \(ending)")
                protocols.insert("\(ending.version) \(span["url.scheme"]?.description ?? "")")
            }
            let expected = ["\"1.1\" \"http\"", "\"1.1\" \"https\"", "\"2\" \"https\""]
            #expect(protocols == Set(expected + (build.hasUnencryptedHTTP2 ? ["\"2\" \"http\""] : [])))
            #expect(Set(trace.spans.map(\.path)) == Set(endings.keys))
        }

        private struct Ending: Hashable {
            var version: String
            var status: AttributeValue?
            var error: AttributeValue?

            init(of span: ReceivedSpan) {
                version = span["network.protocol.version"]?.description ?? ""
                status = span["http.response.status_code"]
                error = span["error.type"]
            }

            init(_ version: String, _ status: Int?, _ error: String?) {
                self.version = "\"\(version)\""
                self.status = status.map { .integer($0) }
                self.error = error.map { .string($0) }
            }

            /// One and the same over both versions.
            static func of(_ status: Int?, _ error: String? = nil) -> Set<Ending> {
                [Ending("1.1", status, error), Ending("2", status, error)]
            }
        }

        private static let endings: [String: Set<Ending>] = [
            "*": [Ending("1.1", 200, nil)],
            // 417 is the answer to an unknown expectation.
            "/ok": Ending.of(200).union([Ending("1.1", 417, nil)]),
            "/reached": [Ending("1.1", 200, nil)],
            "/silent": Ending.of(200),
            "/nowhere": Ending.of(404),
            "/panic-nil": Ending.of(nil, "aborted"),
            "/abort": Ending.of(nil, "aborted"),
            "/panic-after-write": Ending.of(200, "aborted"),
            "/goexit": Ending.of(nil, "aborted"),
            "/goexit-after-write": Ending.of(200, "aborted"),
            "/hijack": [Ending("1.1", nil, nil)],
            // HTTP/2 has no connection to hijack: 500, and then the panic.
            "/hijack-panic": [Ending("1.1", nil, "aborted"), Ending("2", 500, "aborted")],
            "/hijack-goexit": [Ending("1.1", nil, "aborted")],
            "/timeout": Ending.of(503, "503").union(Ending.of(200)),
            "/no-timeout": Ending.of(200),
            "/timeout-panic": Ending.of(nil, "aborted"),
            "/events": Ending.of(200),
            "/push": Ending.of(200),
            "/trailers": Ending.of(200),
            "/read": Ending.of(200),
            "/read-some": Ending.of(200),
            "/read-limited": Ending.of(413),
            "/refuse": Ending.of(401),
            "/big": Ending.of(200),
            "/wait": Ending.of(200),
        ]
    }
}

/// A Go release, and Debian's release of golang.org/x/net where that takes the place of net/http's own HTTP/2.
struct TricksBuild: Sendable, CustomTestStringConvertible {
    var go: GoToolchain
    var gopath: String?

    /// x/net's HTTP/2, that of net/http, and that of net/http/internal/http2.
    static let all = [
        TricksBuild(go: .oldest, gopath: "bookworm"), TricksBuild(go: GoToolchain.some[2]), TricksBuild(go: .newest),
    ]

    var testDescription: String { "Go \(go.version)\(gopath.map { " with \($0)'s x/net" } ?? "")" }
    var hasUnencryptedHTTP2: Bool { gopath != nil || go.minor >= 24 }
}

/// A request whose response has begun, on a connection that stays open.
private final class UnfinishedRequest {
    private var connection: RawHTTP

    init(_ target: String, port: UInt16) throws {
        connection = try RawHTTP(port: port)
        try connection.send(RawHTTP.request("GET", target))
        _ = try connection.receive(bodyExpected: false)
    }
}

/// What the clients of Tests/Fixtures/tricks know of their requests.
private struct Tally: Decodable {
    var sent: Int
    var answered: Int
    /// Answered by the server without a handler of the program, and spans all the same.
    var unhandled: Int
}

/// A running Tests/Fixtures/tricks.
private struct TricksServer: ~Copyable {
    let binary: String
    private let process: ChildProcess
    /// Addresses without and with TLS.
    let plain: String
    let secure: String

    init(_ build: TricksBuild) throws {
        let binary = try build.go.build("tricks", mode: .stripped, gopath: build.gopath)
        let process = try ChildProcess([binary])
        var printed = GatheredOutput(of: process)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        // listening PLAIN SECURE
        let words = printed.outputText.split { $0 == " " || $0 == "\n" }.map(String.init)
        guard words.count == 3 else { throw NotListening(printed: printed.outputText + printed.errorText) }
        self.binary = binary
        self.process = process
        plain = words[1]
        secure = words[2]
    }

    var pid: Int32 { process.pid }
    var plainPort: UInt16 { plain.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

    func send(_ signal: CInt) { process.send(signal) }

    /// The number of requests that have reached a handler, the one for this number included.
    func reached() throws -> Int {
        var connection = try RawHTTP(port: plainPort)
        try connection.send(RawHTTP.request("GET", "/reached"))
        return Int(try connection.receive().text) ?? 0
    }
}
