import BPFRuntime
import CBPF
import Glibc
import SystemPackage

/// Loads the BPF programs, hears of a process's start and end, and arms code of this process's own: all that tracing does
/// but for a program to trace.
struct BPFCheck: Check {
    private static let ids = [
        "bpf-programs", "propagation", "bpf-jit", "bpf-memory", "process-events", "process-list", "uprobes",
        "ring-buffer", "probe-cost",
    ]

    func results(on host: Host) async -> [CheckResult] {
        guard host.privileges.mayUseBPF else {
            return Self.ids.map { .notPermitted($0, to: "load BPF programs") }
        }
        do throws(BPFError) {
            let watch = try ProcessWatch(attaching: host.attachKind)
            let tracing = try TracingPrograms(.all, writers: .writers, sharingMapsOf: watch)
            let trial = try BPFObject(
                ns_image_trial(), name: "trial", attachKind: watch.object.attachKind)
            let names = ([watch.object.name] + tracing.names + [trial.name]).joined(separator: ", ")
            var results = [CheckResult.pass("bpf-programs", "loaded and verified by the kernel: \(names)")]
            results.append(Self.propagation(tracing.writeObstacle, Lockdown(host.files)))
            results.append(Self.compilation(of: trial))
            // The maps of one object are, where they have one name, those of the other.
            let sizes = try watch.object.mapMemory().merging(tracing.mapMemory()) { first, _ in first }
            results.append(Self.memory(sizes.values.reduce(0, +), limit: MemoryLimit(host.files)))
            results.append(await Self.processEvents(watch, host))
            results.append(Self.processList(watch))
            return results + (await Self.probes(of: trial))
        } catch {
            let first = Self.failure(error, privileges: host.privileges)
            return [first] + Self.ids.filter { $0 != first.id }.map { .skip($0, "takes what \(first.id) lacks") }
        }
    }

    private static func failure(_ error: BPFError, privileges: Privileges) -> CheckResult {
        let remedy =
            switch error.code {
            case EPERM where privileges.hasSystemCallFilter && error.log.isEmpty:
                "have the container's seccomp profile allow bpf() and perf_event_open() (privileged: true does)"
            case EPERM where error.log.isEmpty:
                "see lockdown, and the machine's security modules: they forbid it to root"
            case ENOMEM: "raise the memory limit of the container or service"
            default: kernelNeeded
            }
        if error.operation == KernelFeatures.refusal {
            return .fail("bpf-programs", "\(error.subject) lacks \(error.log)", remedy: kernelNeeded)
        }
        let id = error.operation == "attach tracepoint" ? "process-events" : "bpf-programs"
        // The verifier's verdict stands at the end.
        let log = error.log.split(separator: "\n").suffix(Self.logLines).joined(separator: "\n")
        let message = BPFError(error.operation, on: error.subject, code: error.code, log: log).description
        return .fail(id, message, remedy: remedy)
    }

    private static let logLines = 8

    private static let kernelNeeded =
        "Linux \(KernelFeatures.oldestKernel) or later with CONFIG_DEBUG_INFO_BTF, CONFIG_BPF_EVENTS and CONFIG_UPROBES"

    /// Without it, everything else works, so that it is no failure.
    private static func propagation(_ obstacle: BPFError?, _ lockdown: Lockdown) -> CheckResult {
        let writers = [TracingPrograms.Image].writers.map(\.name).joined(separator: ", ")
        guard let obstacle else {
            return .pass(
                "propagation", "trace contexts can be written into the requests of traced programs (\(writers))")
        }
        guard obstacle.isAboutWriting || lockdown.forbidsWrites else {
            return .warn(
                "propagation", "\(obstacle)",
                remedy: "report it: nodespan doctor --format json, and this kernel's release")
        }
        return .warn(
            "propagation",
            "the kernel is locked down, so that no BPF program may write trace contexts into requests: programs are traced, "
                + "but what they call begins traces of its own (not loaded: \(writers))",
            remedy: "boot without lockdown: turn Secure Boot off, or take lockdown= from the kernel's command line")
    }

    private static func compilation(of object: borrowing BPFObject) -> CheckResult {
        do throws(BPFError) {
            guard try object.isCompiled("trial_hit") else {
                return .warn(
                    "bpf-jit", "BPF programs are interpreted, so that each probe costs many times as much",
                    remedy: "sysctl net.core.bpf_jit_enable=1")
            }
            return .pass("bpf-jit", "programs are compiled to machine code")
        } catch {
            return .skip("bpf-jit", "\(error)")
        }
    }

    /// Beyond its maps, what nodespan takes itself.
    private static let ownMemory: UInt64 = 64 << 20

    private static func memory(_ maps: UInt64, limit: MemoryLimit) -> CheckResult {
        let taken = "BPF maps take \(text(bytes: maps))"
        guard let allowed = limit.bytes else { return .pass("bpf-memory", "\(taken); no limit here") }
        let message = "\(taken) of the \(text(bytes: allowed)) that this control group may have"
        if allowed < maps + ownMemory {
            return .warn(
                "bpf-memory", message, remedy: "raise the limit to \(text(bytes: maps + ownMemory)) or more")
        }
        return .pass("bpf-memory", message)
    }

    private static func text(bytes: UInt64) -> String {
        let tenths = (bytes * 10 + 1 << 19) >> 20
        return "\(tenths / 10).\(tenths % 10) MiB"
    }

    private static func processEvents(_ watch: borrowing ProcessWatch, _ host: Host) async -> CheckResult {
        let remedy = "a kernel with CONFIG_BPF_EVENTS and CONFIG_DEBUG_INFO_BTF"
        do throws(BPFError) {
            return switch try await LaunchTrial.run(host.idleProgram, with: watch) {
            case (true, true): .pass("process-events", "the start and the end of a process were told")
            case (false, _): .fail("process-events", "the start of a process wasn't told", remedy: remedy)
            case (true, false): .fail("process-events", "the end of a process wasn't told", remedy: remedy)
            }
        } catch {
            return .fail("process-events", "\(error)", remedy: remedy)
        }
    }

    private static func processList(_ watch: borrowing ProcessWatch) -> CheckResult {
        do throws(BPFError) {
            guard let image = try watch.image(of: getpid()) else {
                return .fail(
                    "process-list", "process \(getpid()), this one, isn't in the kernel's list",
                    remedy: "a kernel with CONFIG_BPF_EVENTS and CONFIG_DEBUG_INFO_BTF")
            }
            return .pass(
                "process-list",
                "the kernel lists this process"
                    + (image.tgid == UInt32(getpid()) ? "" : ", on the machine \(image.tgid)"))
        } catch {
            return .fail(
                "process-list", "\(error)",
                remedy: "Linux 6.1 or later, with CONFIG_BPF_EVENTS and CONFIG_DEBUG_INFO_BTF")
        }
    }

    private static func probes(of object: borrowing BPFObject) async -> [CheckResult] {
        let ids = ["uprobes", "ring-buffer", "probe-cost"]
        let trial: ProbeTrial
        do throws(Errno) {
            trial = ProbeTrial(code: try TrialCode())
        } catch {
            return ids.map {
                .skip(
                    $0, "there is no code to try it on: \(error)",
                    remedy: "allow executable files in memory: sysctl vm.memfd_noexec=0")
            }
        }
        do throws(BPFError) {
            let (seen, expected) = try await trial.hits(of: object)
            guard seen == expected else {
                return [
                    .fail(
                        "uprobes", "of \(expected) hits of a probe \(seen) came through the ring buffer",
                        remedy: "report it: nodespan doctor --format json, and this kernel's release")
                ] + ids.dropFirst().map { .skip($0, "takes what uprobes lacks") }
            }
            return [
                .pass("uprobes", "armed by \(object.attachKind.name), hit and disarmed"),
                .pass("ring-buffer", "all records came through"),
                try cost(trial, object),
            ]
        } catch {
            return [
                .fail("uprobes", "\(error)", remedy: kernelNeeded)
            ] + ids.dropFirst().map { .skip($0, "takes what uprobes lacks") }
        }
    }

    /// Above this, a request of two hits costs more than the budget has for it.
    private static let dear = Duration.microseconds(2)

    private static func cost(_ trial: ProbeTrial, _ object: borrowing BPFObject) throws(BPFError) -> CheckResult {
        let emulated = try trial.cost(at: TrialCode.emulated, hits: 1000, of: object)
        let stepped = try trial.cost(at: TrialCode.stepped, hits: 200, of: object)
        let message = "a probe hit takes \(text(emulated)) (single-stepped, which nodespan avoids: \(text(stepped)))"
        if emulated > dear {
            return .warn(
                "probe-cost", message, remedy: "expect two of them on each request; a machine under load shows more")
        }
        return .pass("probe-cost", message)
    }

    private static func text(_ duration: Duration) -> String {
        let tenths = Int((duration / .nanoseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10) µs"
    }
}
