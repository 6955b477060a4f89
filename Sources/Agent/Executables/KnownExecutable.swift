package import Probes

/// An executable that was analysed and can be traced: the plan, and nothing that was read for it.
package struct KnownExecutable: Sendable {
    package let state: ExecutableState
    /// Where it was found first.
    package let path: String
    package let plan: ProbePlan
    /// Whether it has OpenTelemetry's SDK for traces in it, used or not.
    package let hasTracingSDK: Bool

    package var identity: ExecutableIdentity { state.identity }
}
