import BPFRuntime
import Glibc
import SystemPackage

/// Whether others have uprobes, which slow down what they are in, and which nodespan can't tell from what a killed run left.
struct OtherTracersCheck: Check {
    func results(on host: Host) -> [CheckResult] {
        var found: [String] = []
        do throws(BPFError) {
            let own = (try? RecordReview(folder: host.recordFolder).running) ?? []
            let ownLinks = own.reduce(into: Set<UInt32>()) { $0.formUnion(UprobeLinks.held(by: $1)) }
            var places: [String: Int] = [:]
            for link in try UprobeLinks.all() where !ownLinks.contains(link.id) {
                places[link.path.isEmpty ? "a file" : link.path, default: 0] += link.count
            }
            found = places.sorted { $0.key < $1.key }.map { "\($0.value) in \($0.key)" }
        } catch  where error.code == EPERM || error.code == EACCES {
            // It takes CAP_SYS_ADMIN to ask, and nothing else here does.
            return [.skip("other-tracers", "not permitted to list the probes of others", remedy: "run as root")]
        } catch {
            return [.skip("other-tracers", "\(error)")]
        }
        let events = (try? host.files.text("uprobe_events", in: "tracefs", at: "/sys/kernel/tracing")) ?? ""
        let defined = events.split(separator: "\n").count
        if defined > 0 { found.append("\(defined) defined in tracefs (perf probe)") }
        if found.isEmpty { return [.pass("other-tracers", "nobody else has uprobes here")] }
        return [
            .warn(
                "other-tracers", "others have uprobes: \(found.joined(separator: ", "))",
                remedy: "don't trace a program with two tracers: each adds its cost")
        ]
    }
}
