import TestSupport

/// Of programs that aren't this project's, or are traced by somebody else, too.
extension GuestResults {
    /// Every client's span has one child, which is the server's of the same request, and what led to it is in the same trace.
    func connected(_ pair: DebianPair, _ release: String) throws -> [String] {
        let run = "best.\(pair)-\(release)"
        let trace = try guest.trace(run)
        var found = Findings()
        found.expect("status", trace.code, is: 0)
        let clients = trace.spans.filter { $0.kind == "CLIENT" }
        let wanted = clients.count { client in pair.request.allSatisfy { client[$0] == .string($1) } }
        found.expect(wanted >= pair.requests, "\(wanted) client spans of \(pair.request)")
        for client in clients {
            let children = trace.spans.filter { $0.parentSpanId == client.spanId }
            found.expect("children of \(client.name)", children.count, is: 1)
            found.expect("kinds", children.map(\.kind), is: ["SERVER"])
            found.expect("traces", children.map(\.traceId), is: [client.traceId])
            found.expect("client", client.resource["service.name"], is: .string(pair.services.client))
            found.expect("server", children.map { $0.resource["service.name"] }, is: [.string(pair.services.server)])
            for key in pair.request.keys { found.expect(key, children.map { $0[key] }, is: [client[key]]) }
            guard pair == .caddy else {
                found.expect("parent of \(client.name)", client.parentSpanId, is: "")
                continue
            }
            let causes = trace.spans.filter { $0.spanId == client.parentSpanId }
            found.expect("causes", causes.map(\.kind), is: ["SERVER"])
            found.expect("traces", causes.map(\.traceId), is: [client.traceId])
            found.expect("paths", causes.map { Optional($0.path) }, is: children.map { Optional($0.path) })
        }
        found.expect("traces", Set(clients.map(\.traceId)).count, is: clients.count)
        let written = trace.summary.propagation.written
        // Prometheus goes on.
        found.expect(
            (clients.count...clients.count + trace.summary.inFlight).contains(written),
            "\(written) of \(clients.count) traceparents written")
        found.expect("unwritten", trace.summary.propagation.unwritten, is: [:])
        found.add(
            Self.books(
                trace, exported: trace.spans.count, inFlight: pair == .prometheus ? trace.summary.inFlight : 0))
        return found.problems.map { "\(pair) of \(release): \($0)" }
    }

    /// A program that the OpenTelemetry SDK traces makes the same spans, and sends the same requests, as it does untraced: each
    /// with one traceparent, its own. Its spans here are right, too.
    func instrumented(_ release: String) throws -> [String] {
        let run = "best.instrumented-\(release)"
        let trace = try guest.trace(run)
        let said = try guest.text("\(run).traced.said")
        let untraced = try ReceivedRequests(guest.text("\(run).untraced"))
        let traced = try ReceivedRequests(guest.text("\(run).traced"))
        var found = Findings()
        found.expect("status", trace.code, is: 0)
        found.expect(try said == guest.text("\(run).untraced.said"), "the SDK's spans aren't the same")
        found.expect("requests untraced", untraced.count, is: 30)
        found.expect("requests", traced.count, is: 30)
        found.add(traced.differences(from: untraced))
        let sent = said.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0[0] == "sent" }
        found.expect("sent", sent.count, is: 30)
        found.expect(
            traced.traceparents == Dictionary(sent.map { ($0[1], $0[2]) }) { first, _ in first },
            "other traceparents came than were sent: \(traced.traceparents)")
        found.expect("written", trace.summary.propagation.written, is: 0)
        found.expect("unwritten", trace.summary.propagation.unwritten, is: ["own_traceparent": 30])

        for number in 1...5 {
            let spans = trace.spans.filter { $0.traceId.hasSuffix("abc\(number)") }
            let servers = spans.filter { $0.kind == "SERVER" }
            found.expect("parents", servers.map(\.parentSpanId), is: ["00000000000def0\(number)"])
            let clients = spans.filter { $0.kind == "CLIENT" && $0.parentSpanId == servers.first?.spanId }
            found.expect("calls of request \(number)", clients.count, is: 6)
        }
        found.add(Self.books(trace, exported: 35))
        return found.problems.map { "SDK of \(release): \($0)" }
    }

    /// No request takes more probe hits than are allowed, by the kernel's count.
    func counted(_ release: String) throws -> [String] {
        // Of a client, which propagates, and of a server.
        let allowed: [Substring: (client: Int, server: Int)] = [
            "http1": (3, 2), "http1tls": (3, 2), "http2tls": (4, 2), "grpc": (4, 3), "grpctls": (4, 3),
            // By golang.org/x/net, which from Go 1.27 on asks the client within net/http.
            "http2": (release == "sid" ? 5 : 4, 2),
        ]
        var found = Findings()
        var seen: Set<Substring> = []
        for line in try guest.text("best.counted-\(release).counts").split(separator: "\n") {
            let kind = line.prefix { $0 != " " }
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            guard let most = allowed[kind], numbers.count == 3 else { throw MalformedReport(line: String(line)) }
            seen.insert(kind)
            let (requests, client, server) = (numbers[0], numbers[1], numbers[2])
            found.expect(
                (1...most.client * requests).contains(client),
                "\(kind) client: \(client) hits for \(requests) requests, \(most.client) each are allowed")
            found.expect(
                (1...most.server * requests).contains(server),
                "\(kind) server: \(server) hits for \(requests) requests, \(most.server) each are allowed")
        }
        found.expect("kinds counted", seen, is: Set(allowed.keys))
        for side in ["client", "server"] {
            let trace = try guest.trace("best.counted-\(release)-\(side)")
            found.add(Self.books(trace, exported: trace.spans.count))
        }
        return found.problems.map { "\(release): \($0)" }
    }
}
