import Glibc
import Testing

/// Whether other kernels can be booted on this machine.
private enum Lab {
    #if arch(x86_64)
        static let obstacle: String? = {
            if access(GuestFiles.emulator, X_OK) != 0 { return "needs qemu-system-x86: run `make setup-tests`" }
            if access(GuestFiles.busybox, X_OK) != 0 { return "needs busybox-static: run `make setup-tests`" }
            return nil
        }()
    #else
        static let obstacle: String? = "needs x86-64"
    #endif
}

@Suite(.enabled(if: Lab.obstacle == nil, Comment(rawValue: Lab.obstacle ?? ""))) struct `On another kernel` {
    @Test(arguments: Kernel.supported)
    func `programs are traced as on this one, by every kind of attachment`(kernel: Kernel) throws {
        let other = kernel.bestLink == "perf" ? ["multi.refused"] : ["perf.running", "perf.killed"]
        let guest = try Guest(kernel, runs: ["best.running", "best.launched", "best.killed", "best.diagnosed"] + other)
        if let series = kernel.series { #expect(try guest["release"].hasPrefix(series)) }

        try expectRunning("best", link: kernel.bestLink, guest)
        try expectLaunched(guest)
        try expectKilled("best", guest)
        try expectDiagnosed(attachment: kernel.bestLink == "perf" ? "perf events" : kernel.bestLink, guest)
        if kernel.bestLink == "perf" {
            #expect(try guest["multi.refused.status"] == "1")
            let errors = try guest["multi.refused.errors"]
            #expect(errors.hasPrefix("nodespan: NODESPAN_ATTACH=multi: Linux 6.1.") && errors.contains("uprobe_multi"))
            #expect(errors.split(separator: "\n").count == 1)
        } else {
            try expectRunning("perf", link: "perf", guest)
            try expectKilled("perf", guest)
        }
    }

    @Test func `one that is too old is told from what it lacks, and which would do`() throws {
        let guest = try Guest(.tooOld, runs: ["best.refused", "best.diagnosed"])
        #expect(try guest["release"].hasPrefix("5.10."))
        #expect(try guest["best.refused.status"] == "1")
        let errors = try guest["best.refused.errors"]
        #expect(errors.hasPrefix("nodespan: nodespan needs Linux 6.1 or later"), "\(errors)")
        #expect(errors.contains("Linux 5.10.") && errors.contains("bpf_loop"), "\(errors)")
        #expect(errors.split(separator: "\n").count == 1)
        #expect(try guest["best.refused.spans"] == "")

        let checks = try GuestChecks(of: guest)
        #expect(checks["bpf-programs"]?.status == "fail" && checks["kernel"]?.status == "warn")
        #expect(checks["bpf-programs"]?.message.contains("bpf_loop") == true, "\(checks)")
        #expect(checks["bpf-programs"]?.remedy.hasPrefix("Linux 6.1 or later") == true, "\(checks)")
    }

    /// Spans and books are right, two hits a span, none single-stepped (the kernel maps [uprobes] into a process when it
    /// first steps over an instruction there), and nothing stays behind.
    private func expectRunning(_ kind: String, link: String, _ guest: Guest) throws {
        let run = "\(kind).running"
        let trace = try GuestTrace(run, of: guest)
        #expect(trace.status == "0")
        #expect(trace.spans.map(\.attributes.path) == ["/hello", "/status/503", "/items/7"])
        #expect(trace.spans.map(\.attributes.query) == ["one", nil, nil])
        #expect(trace.spans.map(\.attributes.status) == [200, 503, 200])
        #expect(trace.spans.map(\.attributes.route) == ["/hello", "/status/", "/items/{id}"])
        #expect(trace.spans.allSatisfy { $0.kind == "SERVER" })
        #expect(
            trace.summary == GuestTrace.Summary(begun: 4, exported: 3, unsampled: 0, inFlight: 1, losses: [:]))

        #expect(try guest["\(run).links"].split(separator: "\n").contains(Substring(link)))
        #expect(try guest["\(run).links"].contains("perf") == (link == "perf"))
        #expect(try guest["\(run).hits"] == "7")
        #expect(try guest["\(run).singleStepping"] == "0")
        #expect(try Int(guest["\(run).differencesArmed"]) ?? 0 > 0)
        #expect(try guest["\(run).differencesLeft"] == "0")
        #expect(try !guest["\(run).recordsArmed"].isEmpty)
        #expect(try guest["\(run).recordsLeft"] == "")
        #expect(try guest["\(run).serves"] == "yes")
    }

    private func expectLaunched(_ guest: Guest) throws {
        let trace = try GuestTrace("best.launched", of: guest)
        #expect(trace.status == "143")
        #expect(trace.spans.map(\.attributes.query) == ["launched"])
        #expect(
            trace.summary == GuestTrace.Summary(begun: 1, exported: 1, unsampled: 0, inFlight: 0, losses: [:]))
        #expect(try guest["best.launched.recordsLeft"] == "")
    }

    private func expectDiagnosed(attachment: String, _ guest: Guest) throws {
        let checks = try GuestChecks(of: guest)
        for id in ["kernel", "bpf-programs", "process-events", "process-list", "uprobes", "ring-buffer"] {
            #expect(checks[id]?.status == "pass", "\(id): \(checks)")
        }
        #expect(checks["uprobes"]?.message.contains(attachment) == true, "\(checks)")
    }

    private func expectKilled(_ kind: String, _ guest: Guest) throws {
        let run = "\(kind).killed"
        let trace = try GuestTrace(run, of: guest)
        #expect(try !guest["\(run).recordsArmed"].isEmpty)
        #expect(trace.spans.map(\.attributes.query) == ["again"])
        #expect(trace.summary.begun == 1 && trace.summary.exported == 1)
        #expect(try guest["\(run).recordsLeft"] == "")
        #expect(try guest["\(run).differencesLeft"] == "0")
    }
}
