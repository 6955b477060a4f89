package import CBPF

/// All that is needed to trace one executable: what the BPF programs must know of it, and where to attach them.
package struct ProbePlan: Sendable {
    /// For example `go1.27.3`; empty if the program doesn't say.
    package var goVersion: String
    /// Goes into the BPF map `binaries` under the slot that the attach cookies name.
    package var facts: ns_binary_facts
    /// Goes into the BPF map `context_types`.
    package var contextTypes: [ContextType] = []
    /// Every library of the catalogue, also those that this executable doesn't have.
    package var libraries: [LibraryReport]

    /// Where spans come from.
    package var attachPoints: [AttachPoint] { attachPoints(for: .spans) }
    /// Where routes come from that the server doesn't know, to be armed when they are asked for.
    package var routeAttachPoints: [AttachPoint] { attachPoints(for: .routes) }

    /// Where headers are written, to be armed where that is possible and wanted.
    package var propagationAttachPoints: [AttachPoint] { attachPoints(for: .propagation) }

    private func attachPoints(for purpose: LibraryReport.Purpose) -> [AttachPoint] {
        libraries.filter { $0.purpose == purpose }.flatMap(\.probes)
    }
}

/// One BPF program on one instruction.
package struct AttachPoint: Sendable, Hashable {
    /// Name of the BPF program, for example `http_server_begin`.
    package var program: String
    /// For a program that serves several implementations of one thing, which one, as the attach cookie says; below 256.
    package var variant: UInt32
    /// The function that the instruction is in.
    package var symbol: String
    /// Image-relative address of the instruction.
    package var address: UInt64
    /// Where the instruction is in the file, bytes: what a uprobe is armed at.
    package var fileOffset: UInt64
    /// AT&T syntax, for example `call 0x626300`.
    package var instruction: String
    /// Whether the kernel emulates the instruction rather than single-stepping a copy of it.
    package var isEmulated: Bool

    package init(
        program: String, variant: UInt32, symbol: String, address: UInt64, fileOffset: UInt64, instruction: String,
        isEmulated: Bool
    ) {
        self.program = program
        self.variant = variant
        self.symbol = symbol
        self.address = address
        self.fileOffset = fileOffset
        self.instruction = instruction
        self.isEmulated = isEmulated
    }
}
