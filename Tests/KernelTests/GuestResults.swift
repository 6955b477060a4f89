import TestSupport

/// What the steps of Tests/Fixtures/guest/lab left behind in a guest, and what is wrong with it.
struct GuestResults {
    let kernel: Kernel
    let load: Feature.Load
    /// What was seen of the requests through the chain.
    let chain: Result<ChainTraces, any Error>
    let guest: Guest

    init(_ guest: Guest, of kernel: Kernel, load: Feature.Load) {
        self.kernel = kernel
        self.load = load
        self.guest = guest
        chain = Result { ChainTraces(try guest.trace("best.chained").spans, requests: load.requests) }
    }

    /// Spans and books are right, two hits a span, none single-stepped (the kernel maps [uprobes] into a process when it
    /// first steps over an instruction there), and nothing stays behind.
    func running(_ kind: String, link: String) throws -> [String] {
        let run = "\(kind).running"
        let trace = try guest.trace(run)
        var found = Findings()
        found.expect("status", trace.code, is: 0)
        found.expect("paths", trace.spans.map(\.path), is: ["/hello", "/status/503", "/items/7"])
        found.expect("queries", trace.spans.map { $0["url.query"] }, is: ["one", nil, nil])
        found.expect("statuses", trace.spans.map { $0["http.response.status_code"] }, is: [200, 503, 200])
        found.expect("routes", trace.spans.map { $0["http.route"] }, is: ["/hello", "/status/", "/items/{id}"])
        found.expect("kinds", Set(trace.spans.map(\.kind)), is: ["SERVER"])
        found.add(Self.books(trace, exported: 3, inFlight: 1))

        let links = try guest.text("\(run).links").split(separator: "\n")
        found.expect(
            links.contains(Substring(link)) && links.contains("perf") == (link == "perf"), "links are \(links)")
        found.expect("hits", try guest.text("\(run).hits"), is: "7")
        found.expect("single-stepping", try guest.text("\(run).singleStepping"), is: "0")
        found.expect(try Int(guest.text("\(run).differencesArmed")) ?? 0 > 0, "no breakpoints")
        found.expect("breakpoints left", try guest.text("\(run).differencesLeft"), is: "0")
        found.expect(try !guest.text("\(run).recordsArmed").isEmpty, "no record of what is armed")
        found.expect("records left", try guest.text("\(run).recordsLeft"), is: "")
        found.expect("serving", try guest.text("\(run).serves"), is: "yes")
        return found.problems
    }

    /// A program that was traced from its start.
    func launched() throws -> [String] {
        let trace = try guest.trace("best.launched")
        var found = Findings()
        found.expect("status", trace.code, is: 143)
        found.expect("queries", trace.spans.map { $0["url.query"] }, is: ["launched"])
        found.add(Self.books(trace, exported: 1))
        found.expect("records left", try guest.text("best.launched.recordsLeft"), is: "")
        return found.problems
    }

    /// A tracer was killed, another one came.
    func killed(_ kind: String) throws -> [String] {
        let run = "\(kind).killed"
        let trace = try guest.trace(run)
        var found = Findings()
        found.expect(try !guest.text("\(run).recordsArmed").isEmpty, "no record of what is armed")
        found.expect("queries", trace.spans.map { $0["url.query"] }, is: ["again"])
        found.add(Self.books(trace, exported: 1))
        found.expect("records left", try guest.text("\(run).recordsLeft"), is: "")
        found.expect("breakpoints left", try guest.text("\(run).differencesLeft"), is: "0")
        return found.problems
    }

    /// What `doctor` says of a kernel that will do.
    func diagnosed() throws -> [String] {
        let checks = try GuestChecks(of: guest)
        var found = Findings()
        for id in ["kernel", "bpf-programs", "process-events", "process-list", "uprobes", "ring-buffer"] {
            found.expect(id, checks[id]?.status, is: "pass")
        }
        let attachment = kernel.hasMulti ? "uprobe_multi" : "perf events"
        found.expect(checks["uprobes"]?.message.contains(attachment) == true, "uprobes aren't by \(attachment)")
        return found.problems
    }

    /// What `doctor` says of a kernel that is too old.
    func diagnosedTooOld() throws -> [String] {
        let checks = try GuestChecks(of: guest)
        var found = Findings()
        found.expect("bpf-programs", checks["bpf-programs"]?.status, is: "fail")
        found.expect("kernel", checks["kernel"]?.status, is: "warn")
        let (message, remedy) = (checks["bpf-programs"]?.message ?? "", checks["bpf-programs"]?.remedy ?? "")
        found.expect(message.contains("bpf_loop") && remedy.hasPrefix("Linux 6.1 or later"), "\(message) \(remedy)")
        return found.problems
    }

    /// One that is too old is told from what it lacks, and which would do.
    func refused() throws -> [String] {
        var found = Findings()
        found.expect("status", try guest.text("best.refused.status"), is: "1")
        found.expect("spans", try guest.text("best.refused.spans"), is: "")
        let errors = try guest.text("best.refused.errors")
        found.expect(errors.hasPrefix("nodespan: nodespan needs Linux 6.1 or later"), errors)
        found.expect(errors.contains("Linux 5.10.") && errors.contains("bpf_loop"), errors)
        found.expect("lines", errors.split(separator: "\n").count, is: 1)
        return found.problems
    }

    /// An attachment that a kernel doesn't have is refused where it is asked for.
    func multiRefused() throws -> [String] {
        var found = Findings()
        found.expect("status", try guest.text("multi.refused.status"), is: "1")
        let errors = try guest.text("multi.refused.errors")
        found.expect(
            errors.hasPrefix("nodespan: NODESPAN_ATTACH=multi: Linux 6.1.") && errors.contains("uprobe_multi"), errors)
        found.expect("lines", errors.split(separator: "\n").count, is: 1)
        return found.problems
    }

    /// Every trace is whole and goes through all processes, and nothing is lost.
    func wholeChain() throws -> [String] {
        let trace = try guest.trace("best.chained")
        var found = Findings()
        found.expect("status", trace.code, is: 0)
        found.add(Self.books(trace, exported: trace.spans.count))
        found.add(try chain.get().problems(at: ChainHop.all, isConnected: true))
        return found.problems
    }

    /// What arrives is the same, traced or not, but for one traceparent each, where none was and one found room: that of the
    /// client's span.
    func identity(_ sender: String) throws -> [String] {
        let run = "best.identical-\(sender)"
        var found = Findings()
        for part in ["sentUntraced", "sentTraced"] {
            found.expect("\(sender) \(part)", try guest.text("\(run).\(part)"), is: "0")
        }
        // One that failed at once could not be traced.
        guard found.problems.isEmpty else { return found.problems }
        let trace = try guest.trace(run)
        let untraced = try ReceivedRequests(guest.text("\(run).untraced"))
        let traced = try ReceivedRequests(guest.text("\(run).traced"))
        found.add(traced.differences(from: untraced).map { "\(sender): \($0)" })
        found.add(traced.mistakes(by: trace.spans).map { "\(sender): \($0)" })
        let propagation = trace.summary.propagation
        var unwritten = propagation.unwritten
        found.expect("\(sender) written", propagation.written, is: traced.injected)
        found.expect(
            "\(sender) own", unwritten.removeValue(forKey: "own_traceparent") ?? 0, is: traced.count - traced.foreign)
        // The senders have small buffers, too.
        found.expect(
            "\(sender) no room", unwritten.removeValue(forKey: "no_room") ?? 0, is: traced.foreign - traced.injected)
        found.expect("\(sender) unwritten", unwritten, is: [:])
        found.expect(
            traced.injected * 4 > traced.foreign * 3, "\(sender): \(traced.injected) of \(traced.foreign) injected")
        found.add(Self.books(trace, exported: traced.count))
        return found.problems
    }

    /// Requests of each kind over TLS carry trace contexts, each that of the client's span.
    func encrypted(_ sender: String) throws -> [String] {
        let run = "best.identical-\(sender)"
        let (trace, traced) = try (guest.trace(run), ReceivedRequests(guest.text("\(run).traced")))
        var found = Findings()
        for kind in ["http1tls", "http2tls", "grpctls"] {
            let requests = traced.of(kind)
            // On a busy machine there are few, and half of the senders have small buffers.
            found.expect(
                requests.injected > 0, "\(sender), \(kind): none of \(requests.foreign) injected")
            found.add(requests.mistakes(by: trace.spans).map { "\(sender), \(kind): \($0)" })
        }
        return found.problems
    }

    static func books(_ trace: Trace, exported: Int, inFlight: Int = 0) -> [String] {
        var found = Findings()
        found.expect("exported", trace.summary.exported, is: exported)
        found.expect("in flight", trace.summary.inFlight, is: inFlight)
        found.expect("unsampled", trace.summary.unsampled, is: 0)
        found.expect("losses", trace.summary.losses, is: [:])
        found.expect(trace.summary.isBalanced, "books aren't balanced: \(trace.summary)")
        return found.problems
    }
}
