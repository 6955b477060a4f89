/// A program that a container runtime runs in place of a container's own, which are behind it: their code isn't run by this
/// machine's kernel as that of processes of its own, so that there is nothing to probe.
package enum SandboxRuntime: Hashable, Sendable {
    /// gVisor, a kernel in a process.
    case gVisor(program: String)
    /// A virtual machine's monitor, such as Kata Containers uses.
    case virtualMachine(program: String)

    /// Nil for any other program.
    /// - Parameters:
    ///   - path: as `LocalProcess.programPath` has it. One that was copied into memory is named by its arguments alone.
    ///   - arguments: the process's own, whose first gVisor sets.
    package init?(programPath path: String, arguments: [String]) {
        let names = [path, arguments.first ?? ""].compactMap { $0.split(separator: "/").last }.map(String.init)
        if let name = names.first(where: { Self.gVisor.contains($0) }) {
            self = .gVisor(program: name)
        } else if let name = names.first(where: { Self.monitors.contains($0) || $0.hasPrefix("qemu-system-") }) {
            self = .virtualMachine(program: name)
        } else {
            return nil
        }
    }

    /// runsc/sandbox/sandbox.go and runsc/container/container.go name the two parts.
    private static let gVisor: Set<String> = ["runsc", "runsc-sandbox", "runsc-gofer"]
    private static let monitors: Set<String> = ["cloud-hypervisor", "firecracker", "qemu-kvm"]
}

extension SandboxRuntime: CustomStringConvertible {
    package var description: String {
        switch self {
        case .gVisor(let program): "\(program) keeps its containers in gVisor's sandbox"
        case .virtualMachine(let program): "\(program) keeps its containers in a virtual machine"
        }
    }
}
