import TestSupport

/// What a receiver of Tests/Fixtures/digest has seen.
struct ReceivedRequests {
    private struct Request: Equatable {
        var traceparents: [Substring]
        var digest: Substring
    }

    private var requests: [Substring: Request] = [:]

    /// - Parameter text: lines of an ID, the traceparents with commas in between or "-", and a digest of the rest.
    init(_ text: String) throws {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, requests[words[0]] == nil else { throw MalformedReport(line: String(line)) }
            requests[words[0]] = Request(
                traceparents: words[1] == "-" ? [] : words[1].split(separator: ","), digest: words[2])
        }
    }

    private init(_ requests: [Substring: Request]) { self.requests = requests }

    /// Those of one kind, as the fixture names it, which is what their IDs begin with.
    func of(_ kind: String) -> ReceivedRequests {
        ReceivedRequests(requests.filter { $0.key.hasPrefix("\(kind)-") })
    }

    var count: Int { requests.count }
    /// Those without a trace context of their own.
    var foreign: Int { requests.keys.count { !$0.hasSuffix("own") } }
    /// Those of them that have one nevertheless.
    var injected: Int { requests.count { !$0.key.hasSuffix("own") && $0.value.traceparents.count == 1 } }
    /// Traceparents by ID, where there is one of them.
    var traceparents: [Substring: Substring] {
        requests.compactMapValues { $0.traceparents.count == 1 ? $0.traceparents[0] : nil }
    }

    /// What is wrong with these, which came traced; `others` came untraced.
    func differences(from others: ReceivedRequests) -> [String] {
        var differences: [String] = []
        let both = requests.keys.filter { others.requests[$0] != nil }
        if both.count * 10 < others.count {
            differences.append("\(both.count) of \(others.count) requests were sent again")
        }
        let changed = both.filter { requests[$0]?.digest != others.requests[$0]?.digest }.sorted()
        if !changed.isEmpty { differences.append("\(changed.count) of \(both.count) changed: \(changed.prefix(5))") }
        let wrong = requests.filter { id, request in
            request.traceparents.count > 1 || id.hasSuffix("own") && request.traceparents.count != 1
        }
        if !wrong.isEmpty { differences.append("\(wrong.count) with traceparents too many: \(wrong.keys.prefix(5))") }
        let early = others.requests.filter { $0.value.traceparents.count != ($0.key.hasSuffix("own") ? 1 : 0) }
        if !early.isEmpty { differences.append("\(early.count) with traceparents untraced") }
        return differences
    }

    /// What is wrong with the traceparents that these were given: each is that of the client's span, which has the ID in its
    /// URL or method.
    func mistakes(by spans: [ReceivedSpan]) -> [String] {
        var expected: [Substring: String] = [:]
        for span in spans where span.kind == "CLIENT" {
            guard let id = Self.id(of: span) else { return ["a span of no request: \(span.name)"] }
            expected[id] = "00-\(span.traceId)-\(span.spanId)-\(span.flags & 1 == 1 ? "01" : "00")"
        }
        let wrong = requests.filter { id, request in
            guard !id.hasSuffix("own"), let traceparent = request.traceparents.first else { return false }
            return expected[id] != String(traceparent)
        }
        return wrong.isEmpty ? [] : ["\(wrong.count) with wrong traceparents: \(wrong.keys.prefix(5))"]
    }

    private static func id(of span: ReceivedSpan) -> Substring? {
        if case .string(let method) = span["rpc.method"] { return Substring(method) }
        guard case .string(let url) = span["url.full"] else { return nil }
        return url.split(separator: "?")[0].split(separator: "/").last
    }
}

struct MalformedReport: Error {
    let line: String
}
