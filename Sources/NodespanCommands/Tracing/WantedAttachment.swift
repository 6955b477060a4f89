import BPFRuntime
import Glibc

/// How probes must be attached, from NODESPAN_ATTACH: "multi" or "perf". For tests and for finding faults; without it
/// the best is taken that the kernel has.
struct WantedAttachment {
    private static let variable = "NODESPAN_ATTACH"

    let kind: AttachKind?

    init() throws(CommandFailure) {
        guard let text = getenv(Self.variable).map({ String(cString: $0) }), !text.isEmpty else {
            kind = nil
            return
        }
        guard let kind = AttachKind(rawValue: text) else {
            let kinds = AttachKind.allCases.map(\.rawValue).joined(separator: " or ")
            throw CommandFailure("\(Self.variable)=\(text): give \(kinds), or unset it", status: .usage)
        }
        self.kind = kind
    }

    /// What to say of a failure to load the programs for it.
    func failure(_ error: BPFError) -> CommandFailure {
        guard let kind, error.operation == KernelFeatures.refusal else { return CommandFailure(error) }
        return CommandFailure(
            "\(Self.variable)=\(kind.rawValue): \(error.subject) lacks \(error.log); unset it to have the kind chosen "
                + "that this kernel has")
    }
}
