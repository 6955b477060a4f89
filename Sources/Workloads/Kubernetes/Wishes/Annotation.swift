/// The annotations by which pods ask to be traced: those of the OpenTelemetry Operator
/// (internal/instrumentation/annotation.go).
enum Annotation: String {
    case containerNames = "container-names"
    case targetExecutable = "otel-go-auto-target-exe"
    case injectGo = "inject-go"
    case injectSDK = "inject-sdk"
    case goContainerNames = "go-container-names"
    case sdkContainerNames = "sdk-container-names"

    static let prefix = "instrumentation.opentelemetry.io/"

    var key: String { Self.prefix + rawValue }

    /// Of the pod, or of its namespace: the pod's goes first, and its "true" leaves the namespace to say which. Empty where
    /// neither says anything.
    func value(pod: Pod, namespace: Namespace?) -> String {
        let own = pod.metadata.annotations[key] ?? ""
        let general = namespace?.metadata.annotations[key] ?? ""
        if general.isEmpty { return own }
        if own.isEmpty { return general }
        if own.lowercased() == "true", general.lowercased() != "false" { return general }
        return own
    }
}
