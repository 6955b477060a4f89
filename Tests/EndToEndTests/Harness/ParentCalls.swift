import FoundationEssentials
import TestSupport
import Testing

/// A traced Tests/Fixtures/parents, which is asked by another one.
struct ParentCalls: ~Copyable {
    /// What the calls that a handler makes say of themselves, in `want`.
    enum Want: String {
        case child
        /// A child, which only shows in which goroutine started which.
        case started
        case root
    }

    private let binary: String
    private let server: FixtureServer
    private var tracer: Tracer
    private let base: String
    private var requests = 0

    init(_ go: GoToolchain, isHTTP2: Bool = false, background: String? = nil) throws {
        let program = try go.build("parents", mode: .stripped)
        let options = (isHTTP2 ? ["-http2"] : []) + (background.map { ["-background", $0] } ?? [])
        let server = try FixtureServer(binary: program, arguments: options)
        tracer = try Tracer(["--pid", "\(server.pid)"])
        base = "\(isHTTP2 ? "https" : "http")://127.0.0.1:\(server.port)"
        binary = program
        self.server = server
    }

    /// Sends requests on several connections at once, on each one after the other, for each path in turn.
    mutating func ask(_ paths: [String], requests: Int, connections: Int) throws {
        let load = try tracer.run([
            binary, "-load", base, "-cases", paths.joined(separator: ","), "-requests", "\(requests)",
            "-connections", "\(connections)",
        ])
        #expect(load.output == "answered \(requests * connections)\n" && load.errors.isEmpty, "\(load.errors)")
        self.requests += requests * connections
    }

    /// What came of it, once no span comes any more; with goroutines in the background, at once.
    mutating func stop(isQuiet: Bool = true) throws -> Outcome {
        if isQuiet { tracer.waitForRest() } else { tracer.waitForSpans(2 * requests) }
        let trace = try tracer.stop(afterSpans: 0)
        #expect(trace.summary.isBalanced && trace.summary.lost == 0, "\(trace.summary.losses)")
        let outcome = Outcome(trace.spans)
        #expect(outcome.servers == requests)
        return outcome
    }

    /// How calls are connected to the requests that they were made for.
    struct Outcome {
        /// Spans of calls by path of the request, what they say of themselves, and what they are.
        private(set) var counts: [String: [Want: [Want: Int]]] = [:]
        /// Calls that are children of another request's span, or half of this one's.
        private(set) var wrong: [String] = []
        private(set) var servers = 0

        init(_ spans: [ReceivedSpan]) {
            var requests: [String: ReceivedSpan] = [:]
            for span in spans where span.kind == "SERVER" {
                requests[Self.query(span["url.query"])["id"] ?? ""] = span
            }
            servers = requests.count
            let traces = Set(requests.values.map(\.traceId))
            for span in spans where span.kind == "CLIENT" {
                let query = Self.query(span["url.full"])
                guard let id = query["id"], let want = query["want"].flatMap(Want.init) ?? (id == "0" ? nil : .child)
                else {
                    wrong.append("\(span.attributes)")
                    continue
                }
                let request = requests[id]
                let isChild = span.parentSpanId == request?.spanId && span.traceId == request?.traceId
                guard isChild || (span.parentSpanId.isEmpty && !traces.contains(span.traceId)) else {
                    wrong.append("\(query) is in \(span.traceId), a child of \(span.parentSpanId)")
                    continue
                }
                counts[request?.path ?? "", default: [:]][want, default: [:]][isChild ? .child : .root, default: 0] += 1
            }
        }

        /// What is behind the question mark.
        private static func query(_ value: AttributeValue?) -> [String: String] {
            guard case .string(let text) = value else { return [:] }
            let pairs = text.split(separator: "?").last?.split(separator: "&") ?? []
            return pairs.reduce(into: [:]) { query, pair in
                let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
                if parts.count == 2 { query[parts[0]] = parts[1] }
            }
        }

        /// How many calls for a path say one thing of themselves, and are what.
        func count(_ path: String, _ want: Want, are: Want) -> Int { counts[path]?[want]?[are] ?? 0 }

        /// Expects that all calls for a path are what they say, and that there are so many of them.
        func expect(_ count: Int, _ want: Want, for path: String, are: Want) {
            let found = counts[path]?[want] ?? [:]
            #expect(found == [are: count], "\(path) \(want)")
        }
    }
}
