import Glibc
import Testing

@testable import BPFRuntime

@Suite struct `Kernel features` {
    @Test func `this kernel has all of them, and both kinds of attachment`() throws {
        let features = KernelFeatures.probe()
        #expect(features.obstacle == nil)
        #expect(features.missing == [])
        #expect(features.attachErrors == [:])
        #expect(try features.attachKind() == .multi)
        #expect(try features.attachKind(wanted: .perf) == .perf)
    }

    @Test func `the second best kind is chosen where the best is missing, unless that was wanted`() throws {
        let noMulti = BPFError("attach probes", on: "uprobe_multi", code: EINVAL)
        let features = KernelFeatures(release: "6.1.0", attachErrors: [.multi: noMulti], obstacle: nil, missing: [])
        #expect(try features.attachKind() == .perf)
        let refusal = BPFError("run on", on: "Linux 6.1.0", code: EOPNOTSUPP, log: "uprobe_multi")
        #expect(throws: refusal) { try features.attachKind(wanted: .multi) }
    }

    @Test func `a kernel that lacks something is refused by what it lacks`() {
        let features = KernelFeatures(
            release: "5.10.0", attachErrors: [:], obstacle: nil, missing: ["bpf_loop", "BTF"])
        #expect(throws: BPFError("run on", on: "Linux 5.10.0", code: EOPNOTSUPP, log: "bpf_loop, BTF")) {
            try features.attachKind()
        }
    }

    @Test func `what keeps BPF from being used at all comes first`() {
        let denied = BPFError("load", on: "BPF programs", code: EPERM)
        let features = KernelFeatures(release: "6.12", attachErrors: [:], obstacle: denied, missing: ["BTF"])
        #expect(throws: denied) { try features.attachKind() }
    }
}
