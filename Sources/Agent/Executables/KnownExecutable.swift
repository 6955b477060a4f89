package import Probes

/// An executable that was analysed and can be traced.
package struct KnownExecutable: Sendable {
    package let state: ExecutableState
    /// Where it was found first.
    package let path: String
    package let plan: ProbePlan

    package var identity: ExecutableIdentity { state.identity }
}
