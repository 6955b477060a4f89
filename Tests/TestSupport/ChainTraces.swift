/// What the spans of services of Tests/Fixtures/chain tell about requests that were sent through it.
package struct ChainTraces {
    private struct Passage {
        let span: ReceivedSpan
        /// The request's number, where the span shows all of it.
        let id: Int?
        /// The request's number modulo 64; nil for what belongs to no request.
        let slot: Int?

        func isSameRequest(as other: Passage) -> Bool {
            if let id, let otherID = other.id { id == otherID } else { slot == other.slot }
        }
    }

    private let requests: Int
    private var passages: [ChainHop: [Passage]] = [:]
    private var strangers: [String] = []

    /// - Parameter requests: how many the load sent.
    package init(_ spans: [ReceivedSpan], requests: Int) {
        self.requests = requests
        for span in spans {
            let (id, slot) = Self.request(of: span)
            if let hop = ChainHop(of: span, isIdle: slot == nil) {
                passages[hop, default: []].append(Passage(span: span, id: id, slot: slot))
            } else {
                strangers.append("\(span.name) of \(span.resource["service.name"]?.description ?? "no service")")
            }
        }
    }

    /// A request's number is at the end of the path; its last six bits are at the end of a gRPC method's name.
    private static func request(of span: ReceivedSpan) -> (id: Int?, slot: Int?) {
        for key in ["url.path", "url.full"] {
            guard case .string(let text) = span[key] else { continue }
            let id = text.split(separator: "/").last.flatMap { Int($0) }
            return (id, id.map { $0 % 64 })
        }
        guard case .string(let method) = span["rpc.method"] else { return (nil, nil) }
        return (nil, Int(method.drop { !$0.isNumber }))
    }

    /// What is wrong, by the spans that there are at these hops: every request has passed each of them once, every parent is
    /// right, no two requests are in one trace, and nothing else is there. Empty when all is well.
    /// - Parameter isConnected: traces go on from process to process.
    package func problems(at hops: [ChainHop], isConnected: Bool) -> [String] {
        let present =
            hops + [.idleClient, .idleServer].filter { hops.contains($0 == .idleClient ? .frontClient : .unaryServer) }
        var problems = strangers.isEmpty ? [] : Self.summed(strangers, as: "strange spans")
        for hop in ChainHop.allCases where !present.contains(hop) && passages[hop] != nil {
            problems.append("\(hop): \(passages[hop]?.count ?? 0) spans, none expected")
        }
        var roots: [String] = []
        for hop in present {
            problems += self.problems(at: hop)
            if let cause = hop.cause, present.contains(cause), isConnected || hop.isWithinProcess {
                problems += self.problems(before: hop)
            } else {
                let passages = passages[hop] ?? []
                roots += passages.map(\.span.traceId)
                let children = passages.filter { !$0.span.parentSpanId.isEmpty }
                problems += Self.summed(children.map { $0.span.parentSpanId }, as: "\(hop) with parents")
            }
        }
        // A trace's other spans are in it by their parents.
        if Set(roots).count != roots.count { problems.append("\(roots.count - Set(roots).count) traces are merged") }
        let ids = passages.values.joined().map(\.span.spanId)
        if Set(ids).count != ids.count { problems.append("\(ids.count - Set(ids).count) span ids come twice") }
        return problems
    }

    /// What is wrong with the spans at one hop, parents aside.
    package func problems(at hop: ChainHop) -> [String] {
        let passages = passages[hop] ?? []
        var problems = passages.isEmpty ? ["\(hop): no span"] : []
        if !hop.isIdle, !passages.isEmpty {
            let slots = Dictionary(grouping: passages) { $0.slot ?? -1 }.mapValues(\.count)
            let expected = Dictionary(grouping: 0..<requests) { $0 % 64 }.mapValues(\.count)
            if slots != expected { problems.append("\(hop): \(passages.count) spans for \(requests) requests") }
            let ids = passages.compactMap(\.id)
            if Set(ids).count != ids.count { problems.append("\(hop): requests come twice") }
        }
        return problems + Self.summed(passages.flatMap { hop.problems(with: $0.span) }, as: "\(hop)")
    }

    /// What is wrong with the parents of the spans at one hop: each is the span at the hop before of the same request, and has
    /// no other such child.
    package func problems(before hop: ChainHop) -> [String] {
        guard let cause = hop.cause else { return [] }
        let causes = Dictionary((passages[cause] ?? []).map { ($0.span.spanId, $0) }) { first, _ in first }
        let children = passages[hop] ?? []
        var seen: Set<String> = []
        var wrong = children.isEmpty ? ["no span"] : []
        for child in children {
            let span = child.span
            guard let parent = causes[span.parentSpanId] else {
                wrong.append("\(span.name) has \(span.parentSpanId.isEmpty ? "no parent" : "a parent from elsewhere")")
                continue
            }
            if parent.span.traceId != span.traceId { wrong.append("\(span.name) is in another trace than its parent") }
            if !child.isSameRequest(as: parent) { wrong.append("\(span.name) is a child of \(parent.span.name)") }
            if !seen.insert(span.parentSpanId).inserted { wrong.append("\(parent.span.name) has two children") }
            if parent.span.flags & 1 != span.flags & 1 { wrong.append("\(span.name) is not sampled as its parent") }
            if hop.isWithinProcess, !Self.isWithin(span, parent.span) {
                wrong.append("\(span.name) outlasts its parent")
            }
        }
        if seen.count != causes.count, !hop.isIdle {
            wrong.append("\(causes.count - seen.count) spans at \(cause) have no child")
        }
        return Self.summed(wrong, as: "\(cause) to \(hop)")
    }

    private static func isWithin(_ span: ReceivedSpan, _ parent: ReceivedSpan) -> Bool {
        // Of one length, both of them.
        span.startTimeUnixNano >= parent.startTimeUnixNano && span.endTimeUnixNano <= parent.endTimeUnixNano
    }

    /// At most three of them.
    private static func summed(_ problems: [String], as what: String) -> [String] {
        guard !problems.isEmpty else { return [] }
        let examples = Set(problems).sorted().prefix(3).joined(separator: "; ")
        return ["\(what): \(problems.count) times: \(examples)"]
    }
}
