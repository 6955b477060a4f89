/// How a process came into the container that it is in.
package enum ContainerEntry: Hashable, Sendable {
    /// It is the container's first process, or descends from it.
    case own
    /// It, or a process that it descends from, was put there later from outside: `kubectl exec`, an exec probe.
    case entered
    /// The container runtime itself, which is about to execute the program.
    case starting
}
