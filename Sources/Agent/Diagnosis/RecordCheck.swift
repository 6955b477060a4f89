import BPFRuntime
import Glibc
import SystemPackage

/// Whether what is armed can be recorded, and what earlier runs left behind.
struct RecordCheck: Check {
    func results(on host: Host) -> [CheckResult] {
        [folder(host), leftovers(host)]
    }

    private func folder(_ host: Host) -> CheckResult {
        let folder = host.recordFolder
        var place = FilePath(folder)
        while access(place.string, F_OK) != 0, errno == ENOENT, !place.isEmpty, place != "/" {
            place.removeLastComponent()
        }
        var status = stat()
        if stat(place.string, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
            return .fail(
                "run-folder", "\(place) is no folder", remedy: "remove it: nodespan keeps its records in \(folder)")
        }
        // A file without a name, which is gone once it is closed; where the file system can't have one, its word is taken.
        let trial = open(place.string, O_WRONLY | Self.unnamed | O_CLOEXEC, 0o600)
        var code = trial < 0 ? errno : 0
        if trial >= 0 { close(trial) }
        if code == EOPNOTSUPP || code == EISDIR { code = access(place.string, W_OK) == 0 ? 0 : errno }
        switch code {
        case 0:
            return .pass("run-folder", place.string == folder ? "\(folder) can be written" : "\(folder) can be made")
        case EACCES, EPERM: return .notPermitted("run-folder", to: "write to \(place)")
        default:
            return .fail(
                "run-folder", "nothing can be written to \(place): \(Errno(rawValue: code))",
                remedy: "make it writable: what is armed has to be recorded there first (in a container, a hostPath "
                    + "volume at /run/nodespan)")
        }
    }

    /// O_TMPFILE of include/uapi/asm-generic/fcntl.h, which Swift's Glibc doesn't show.
    private static let unnamed: Int32 = 0o20000000 | O_DIRECTORY

    private func leftovers(_ host: Host) -> CheckResult {
        let review: RecordReview
        do throws(BPFError) {
            review = try RecordReview(folder: host.recordFolder)
        } catch  where error.code == EACCES || error.code == EPERM {
            return .notPermitted("leftovers", to: "read \(host.recordFolder)")
        } catch {
            return .fail("leftovers", "\(error)", remedy: "move \(host.recordFolder) away if it is damaged")
        }
        let running = review.running.isEmpty ? "" : "; nodespan runs as \(Self.list(review.running, "process"))"
        if !review.findings.isEmpty {
            let places = review.findings.map { finding in
                "\(Self.count(finding.offsets.count, "breakpoint")) in \(finding.path) "
                    + "(\(Self.list(finding.processes, "process")))"
            }
            return .warn(
                "leftovers", "a killed nodespan left \(places.joined(separator: ", "))\(running)",
                remedy: "start nodespan trace or run once: it takes them out; until then each hit costs a microsecond")
        }
        if let path = review.unreadable.first {
            return .warn(
                "leftovers", "\(path) is no record of armed probes\(running)", remedy: "look at it, and remove it")
        }
        if review.leftBehind > 0 {
            return .pass(
                "leftovers",
                "no breakpoints; \(Self.count(review.leftBehind, "record")) of ended runs, "
                    + "which the next start removes\(running)")
        }
        return .pass("leftovers", "none\(running)")
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// At most five of them by number.
    private static func list(_ pids: [Int32], _ noun: String) -> String {
        let named = pids.prefix(5).map(String.init).joined(separator: ", ")
        return noun + (pids.count == 1 ? " " : "es ") + named + (pids.count > 5 ? " and \(pids.count - 5) more" : "")
    }
}
