package import SystemPackage

/// What the process may do, as far as tracing depends on it.
package struct Privileges: Sendable, Equatable {
    /// Numbers of capabilities(7).
    package enum Capability: Int, CaseIterable, Sendable {
        case dacOverride = 1
        case dacReadSearch = 2
        case sysPtrace = 19
        case sysAdmin = 21
        case perfmon = 38
        case bpf = 39

        var name: String {
            switch self {
            case .dacOverride: "CAP_DAC_OVERRIDE"
            case .dacReadSearch: "CAP_DAC_READ_SEARCH"
            case .sysPtrace: "CAP_SYS_PTRACE"
            case .sysAdmin: "CAP_SYS_ADMIN"
            case .perfmon: "CAP_PERFMON"
            case .bpf: "CAP_BPF"
            }
        }
    }

    package let userID: UInt32
    /// In effect, one bit each.
    private let effective: UInt64
    /// The capabilities hold for what belongs to a user namespace, not for the kernel.
    package let isInUserNamespace: Bool
    /// A seccomp filter decides on system calls.
    package let hasSystemCallFilter: Bool

    /// Reads /proc/self/status and /proc/self/uid_map.
    package init(_ files: HostFiles) throws(Errno) {
        let status = try files.text("/proc/self/status")
        userID =
            Self.field("Uid", in: status).flatMap { UInt32($0.split(separator: "\t").dropFirst().first ?? "") } ?? .max
        effective = Self.field("CapEff", in: status).flatMap { UInt64($0, radix: 16) } ?? 0
        hasSystemCallFilter = Self.field("Seccomp", in: status) == "2"
        // The initial namespace maps all ids to themselves (user_namespaces(7)).
        let map = try files.text("/proc/self/uid_map").split(whereSeparator: { $0 == " " || $0 == "\n" })
        isInUserNamespace = map != ["0", "0", "4294967295"]
    }

    private static func field(_ name: String, in status: String) -> Substring? {
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":\t") }
        return line?.dropFirst(name.count + 2)
    }

    func has(_ capability: Capability) -> Bool { effective & 1 << UInt64(capability.rawValue) != 0 }

    /// What BPF takes: loading programs takes BPF, tracing programs and uprobes PERFMON (include/linux/capability.h,
    /// bpf_capable and perfmon_capable); SYS_ADMIN stands for both.
    var missingForBPF: [Capability] {
        has(.sysAdmin) ? [] : [.bpf, .perfmon].filter { !has($0) }
    }

    /// What /proc/PID/exe and the environment of other users' processes take. DAC_OVERRIDE stands for DAC_READ_SEARCH.
    var missingForProcesses: [Capability] {
        var missing: [Capability] = []
        if !has(.sysPtrace) { missing.append(.sysPtrace) }
        if !has(.dacReadSearch), !has(.dacOverride) { missing.append(.dacReadSearch) }
        return missing
    }

    package var mayUseBPF: Bool { missingForBPF.isEmpty && !isInUserNamespace }
}
