import FoundationEssentials
package import OTLP
import Spans
import Workloads

/// Where a pod may have its spans sent. What it names is resolved and reached by this process, which may reach more than the
/// pod does.
package struct DestinationPolicy: Hashable {
    /// Patterns of hosts, as `NamePattern` has them; empty for all.
    var allowedHosts: [NamePattern] = []
    /// Whether the loopback that is named is this process's own.
    var allowsLoopback = false

    /// What an environment says of the receiver; nil for nothing.
    static func endpoint(in environment: [String: String]) -> String? {
        let variables = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"]
        return variables.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }

    /// The receiver that an environment names, as it is reached from here.
    /// - Parameter namespace: the pod's, in which a host without a dot is looked for; nil for none.
    func endpoint(in environment: [String: String], namespace: String?) throws(DestinationRefusal) -> OTLPEndpoint {
        guard let text = Self.endpoint(in: environment) else { throw .none }
        let own = environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] ?? ""
        guard var parts = URLComponents(string: text), let host = parts.host, !host.isEmpty else {
            throw .invalid(text, .invalid)
        }
        // What is judged has to be what is connected to, however it is decoded.
        guard
            host.unicodeScalars.allSatisfy({
                $0.isASCII && ($0.properties.isAlphabetic || ".-_:[]0123456789".unicodeScalars.contains($0))
            })
        else {
            throw .invalid(text, .invalid)
        }
        var bare = host.lowercased().filter { $0 != "[" && $0 != "]" }
        while bare.hasSuffix(".") { bare.removeLast() }
        let address = NumericAddress(bare)
        let isLoopback = bare == "localhost" || bare.hasSuffix(".localhost") || address?.isLoopback == true
        if isLoopback, !allowsLoopback { throw .loopback(text) }
        if address?.isLinkLocal == true { throw .linkLocal(text) }
        let isWhole = isLoopback || bare.contains(".") || bare.contains(":")
        let name = isWhole ? bare : [bare, namespace].compactMap { $0 }.joined(separator: ".")
        guard allowedHosts.isEmpty || allowedHosts.contains(where: { $0.matches(name) }) else {
            throw .notAllowed(name)
        }
        if name != host, address == nil { parts.host = name }
        do throws(OTLPEndpointError) {
            return try OTLPEndpoint(parts.string ?? text, isForTraces: !own.isEmpty)
        } catch {
            throw .invalid(text, error)
        }
    }
}

/// Which addresses a host may have that a pod or a process has named.
package struct AddressPolicy: Hashable, Sendable {
    /// As in `DestinationPolicy`.
    let allowsLoopback: Bool
    /// A pod has named it, not a process of none.
    let isPods: Bool

    /// Why nothing is sent to an address; nil when it may be.
    /// - Parameter address: numeric.
    package func refusal(of address: String) -> String? {
        let begin = "\(isPods ? "the pod" : "its workload") names a host with the address"
        guard let numeric = NumericAddress(address) else { return "\(begin) '\(address)', which is none" }
        if numeric.isLoopback {
            return allowsLoopback ? nil : "\(begin) \(address), which is the loopback of this machine"
        }
        return numeric.isLinkLocal ? "\(begin) \(address), which is link-local or tells a machine what it is" : nil
    }
}

/// Why spans aren't sent where a pod wants them.
package enum DestinationRefusal: Error, Hashable, Sendable {
    case none
    case loopback(String)
    case linkLocal(String)
    case notAllowed(String)
    case invalid(String, OTLPEndpointError)
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
        }
    }
}

extension DestinationRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .none: "no endpoint is named: set spec.exporter.endpoint of the Instrumentation"
        case .loopback(let text):
            "\(Self.shown(text)) is the workload's own loopback, which nodespan doesn't reach: name a service, such as http://collector:4318"
        case .linkLocal(let text):
            "\(Self.shown(text)) is a link-local address, to which nothing is sent: name a service"
        case .notAllowed(let host):
            "the host \(Self.cut(host)) is not among policy.allowedEndpoints of nodespan's configuration"
        case .invalid(let text, let error): "\(Self.shown(text)): \(error)"
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
