import FoundationEssentials
package import OTLP
import Spans

/// Why spans aren't sent where a pod or a process wants them.
package enum DestinationRefusal: Error, Hashable, Sendable {
    case none
    /// The workload's own, into whose network there is no way.
    case loopback(String, reason: String)
    case linkLocal(String)
    case notAllowed(String)
    case invalid(String, OTLPEndpointError)
    /// A socket of the workload's.
    case socket
    /// The program's own output.
    case console
}

extension DestinationRefusal {
    /// In one word, for machines: the reason of an event.
    var reasonName: String {
        switch self {
        case .none: "NoEndpoint"
        case .loopback: "LoopbackEndpoint"
        case .linkLocal: "LinkLocalEndpoint"
        case .notAllowed: "EndpointNotAllowed"
        case .invalid: "InvalidEndpoint"
        case .socket: "SocketEndpoint"
        case .console: "ConsoleExporter"
        }
    }
}

extension DestinationRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .none:
            "no endpoint is named: set spec.exporter.endpoint of the Instrumentation, or OTEL_EXPORTER_ZIPKIN_ENDPOINT where "
                + "OTEL_TRACES_EXPORTER is zipkin"
        case .loopback(let text, let reason):
            "\(Self.shown(text)) is the workload's own loopback, into whose network nodespan can't get: \(Self.cut(reason)); "
                + "name a service, such as http://collector:4318"
        case .linkLocal(let text):
            "\(Self.shown(text)) is a link-local address, to which nothing is sent: name a service"
        case .notAllowed(let host):
            "the host \(Self.cut(host)) is not among policy.allowedEndpoints of nodespan's configuration"
        case .invalid(let text, let error): "\(Self.shown(text)): \(error)"
        case .socket:
            "the endpoint is a Unix socket of the workload's, which nodespan doesn't reach: name a service, or a port of the "
                + "workload's own loopback"
        case .console:
            "OTEL_TRACES_EXPORTER is console, and nodespan writes nothing into the output of others: have it be otlp"
        }
    }

    /// Without what may be secret, the path among it: it is shown to all who may look at the pod.
    private static func shown(_ url: String) -> String {
        guard var parts = URLComponents(string: url), parts.host != nil else { return "the endpoint" }
        (parts.user, parts.password, parts.query, parts.fragment) = (nil, nil, nil, nil)
        parts.path = ""
        return cut(parts.string ?? "the endpoint")
    }

    private static func cut(_ text: String) -> String { TerminalText(text, limit: 120).text }
}
