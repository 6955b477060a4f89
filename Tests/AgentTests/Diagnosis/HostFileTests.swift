import Agent
import Glibc
import TestSupport
import Testing

/// What the checks make of what a kernel says of itself.
@Suite struct `A check of what the kernel tells` {
    /// A file, what it holds (nil for no such file), the check that looks at it, and what it finds.
    struct Case: Sendable, CustomTestStringConvertible {
        let file: String
        let text: String?
        let id: String
        let status: CheckResult.Status
        let words: String

        init(_ file: String, _ text: String?, _ id: String, _ status: CheckResult.Status, _ words: String) {
            (self.file, self.text, self.id, self.status, self.words) = (file, text, id, status, words)
        }

        var testDescription: String { "\(id) is \(status) when \(file) is \(text?.debugDescription ?? "missing")" }
    }

    private static let release = "/proc/sys/kernel/osrelease"
    private static let lockdown = "/sys/kernel/security/lockdown"
    private static let types = "/sys/kernel/btf/vmlinux"
    private static let clock = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
    private static let mounts = "/proc/self/mountinfo"

    @Test(arguments: [
        Case(release, "6.12.9-amd64\n", "kernel", .pass, "6.12.9-amd64"),
        Case(release, "5.4.0\n", "kernel", .warn, "5.4.0"),
        Case(release, "", "kernel", .pass, "Linux"),
        Case(release, nil, "kernel", .fail, "release"),
        Case(lockdown, "[none] integrity confidentiality\n", "lockdown", .pass, "none"),
        Case(lockdown, "none [integrity] confidentiality\n", "lockdown", .pass, "integrity"),
        Case(lockdown, "none integrity [confidentiality]\n", "lockdown", .fail, "confidentiality"),
        Case(lockdown, nil, "lockdown", .pass, "none"),
        Case(types, nil, "btf", .fail, "no type information"),
        Case(types, "", "btf", .fail, "no type information"),
        Case(types, "not what it should be at all", "btf", .fail, "no type information"),
        Case(clock, "tsc\n", "clock", .pass, "tsc"),
        Case(clock, "hpet\n", "clock", .warn, "hpet"),
        Case(clock, nil, "clock", .skip, "clocksource"),
        Case(mounts, "30 1 0:26 / /c rw - cgroup2 cgroup2 rw", "cgroups", .pass, "version 2"),
        Case(mounts, "30 1 0:26 / /c rw shared:1 - cgroup cgroup rw,cpu", "cgroups", .pass, "version 1"),
        Case(
            mounts, "30 1 0:26 / /c rw - cgroup cgroup rw,cpu\n31 1 0:27 / /d rw - cgroup2 none rw", "cgroups", .pass,
            "hybrid"),
        Case(mounts, "garbage\n-\n- ", "cgroups", .skip, "none"),
        Case(mounts, nil, "cgroups", .skip, "mountinfo"),
        Case("/proc/1/root/usr/sbin/criu", "", "checkpoint", .warn, "criu"),
        Case("/usr/bin/criu", "", "checkpoint", .warn, "/usr/bin/criu"),
        Case("/usr/bin/criu", nil, "checkpoint", .pass, "criu"),
        Case("/proc/self/ns/pid", nil, "pid-namespace", .fail, "ns/pid"),
        Case("/proc/self/ns", "no folder", "pid-namespace", .fail, "ns/pid"),
    ])
    func `tells what is wrong`(given: Case) async throws {
        let host = try HostFolder()
        try host.remove(given.file)
        if let text = given.text { try host.set(given.file, text) }
        let result = try #require(try await host.results()[given.id])
        #expect(result.status == given.status && result.message.contains(given.words), "\(result)")
        #expect((result.status == .fail || result.status == .warn) ? !result.remedy.isEmpty : true, "\(result)")
    }

    @Test func `tells a pid namespace of one's own from the machine's`() async throws {
        let host = try HostFolder()
        #expect(try await host.results()["pid-namespace"]?.status == .pass)
        try host.link("/proc/self/ns/pid", "pid:[4026532199]")
        let result = try #require(try await host.results()["pid-namespace"])
        #expect(result.status == .warn && result.remedy.contains("hostPID"), "\(result)")
    }

    /// Capability sets as the kernel prints them, and above each what `capsh --decode` makes of it.
    @Test(arguments: [
        // none
        (1000, "0000000000000000", ["CAP_BPF", "CAP_PERFMON", "CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"]),
        // sys_ptrace, dac_read_search
        (0, "0000000000080004", ["CAP_BPF", "CAP_PERFMON"]),
        // bpf, perfmon, dac_override
        (0, "000000c000000002", ["CAP_SYS_PTRACE"]),
        // sys_admin, sys_ptrace
        (0, "0000000000280000", ["CAP_DAC_READ_SEARCH"]),
    ])
    func `names the rights that are missing`(user: Int, capabilities: String, missing: [String]) async throws {
        let host = try HostFolder()
        try host.set("/proc/self/status", "Uid:\t\(user)\t0\t0\t0\nCapEff:\t\(capabilities)\n")
        let result = try #require(try await host.results()["privileges"])
        #expect(result.status == .fail && result.lacksRights)
        let named = [
            "CAP_BPF", "CAP_PERFMON", "CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH", "CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE",
        ]
        #expect(named.filter { result.message.contains($0) } == missing, "\(result)")
    }

    @Test func `takes all capabilities of a user namespace for none`() async throws {
        let host = try HostFolder()
        try host.set("/proc/self/status", "Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n")
        try host.set("/proc/self/uid_map", "         0       1000          1\n")
        let results = try await host.results()
        #expect(results["privileges"]?.status == .fail)
        #expect(results["privileges"]?.message.contains("user namespace") == true)
        #expect(results["bpf-programs"]?.status == .skip && results["uprobes"]?.status == .skip)
    }

    @Test func `names the option by which /proc hides processes`() async throws {
        let host = try HostFolder()
        try host.remove("/proc/self")
        try host.link("/proc/self", "\(getpid())")
        try host.set("/proc/\(getpid())/mountinfo", "25 1 0:22 / /proc rw - proc proc rw,hidepid=invisible\n")
        try host.set("/proc/\(getpid())/status", "Uid:\t1000\nCapEff:\t0\n")
        try host.set("/proc/\(getpid())/uid_map", "0 0 4294967295\n")
        let result = try #require(try await host.results()["procfs"])
        #expect(result.message.contains("hidepid=invisible"), "\(result)")
    }

    @Test func `refuses a /proc of another pid namespace`() async throws {
        let host = try HostFolder()
        try host.remove("/proc/self")
        try host.link("/proc/self", "1")
        try host.set("/proc/1/status", "Uid:\t1000\nCapEff:\t0\n")
        try host.set("/proc/1/uid_map", "0 0 4294967295\n")
        let result = try #require(try await host.results()["procfs"])
        #expect(result.status == .fail && result.message.contains("another pid namespace"), "\(result)")
    }
}
