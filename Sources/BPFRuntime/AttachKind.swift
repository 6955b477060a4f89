import CLibbpf

/// How uprobe programs are attached. The kernel fixes it when a program is loaded, so one kind is chosen for all.
package enum AttachKind: String, CaseIterable, Sendable {
    /// One link for many places (Linux 6.6).
    case multi
    /// A perf event and a link for each place (Linux 5.15). Taking it out costs about 100 ms, one after the other.
    case perf

    /// As people know it.
    package var name: String {
        switch self {
        case .multi: "uprobe_multi"
        case .perf: "perf events"
        }
    }

    /// Which to use, the best first.
    static let byPreference: [AttachKind] = [.multi, .perf]

    /// What a uprobe program is loaded for.
    var expectedAttachType: bpf_attach_type {
        switch self {
        case .multi: bpf_attach_type(UInt32(UPROBE_MULTI_ATTACH_TYPE))
        case .perf: bpf_attach_type(0)
        }
    }
}
