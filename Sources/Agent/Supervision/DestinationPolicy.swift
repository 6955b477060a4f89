import FoundationEssentials
import OTLP
import Workloads

/// Where a pod or a process may have its spans sent. What it names is resolved and reached by this process, which may reach
/// more than it does.
struct DestinationPolicy: Hashable {
    /// Patterns of hosts, as `NamePattern` has them; empty for all.
    var allowedHosts: [NamePattern] = []
    /// Unix sockets are this process's own: the operator has named them.
    var allowsSockets = false

    /// Bytes of a URL.
    private static let lengthLimit = 4096

    /// A receiver as it is reached from here, or from the network of whoever named it.
    struct Place: Hashable {
        let endpoint: OTLPEndpoint
        /// Of whoever named it.
        let isLoopback: Bool
    }

    /// - Parameters:
    ///   - spoken: nil for what the URL suggests.
    ///   - namespace: the pod's, in which a host without a dot is looked for; nil for none.
    func place(
        of named: ExporterVariables.Named?, protocol spoken: ExportProtocol? = nil, namespace: String?
    ) throws(DestinationRefusal) -> Place {
        guard let named else { throw .none }
        let text = named.url
        // Of a longer one there is nothing to show.
        guard text.utf8.count <= Self.lengthLimit else { throw .invalid("", .invalid) }
        if text.lowercased().hasPrefix("unix:") {
            guard allowsSockets else { throw .socket }
            return Place(endpoint: try Self.endpoint(text, spoken, named), isLoopback: true)
        }
        guard var parts = URLComponents(string: text), let host = parts.host, !host.isEmpty else {
            throw .invalid(text, .invalid)
        }
        // What is judged has to be what is connected to, however it is decoded.
        guard !(parts.encodedHost ?? "%").contains("%"),
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
        if address?.isLinkLocal == true { throw .linkLocal(text) }
        // Where no name is looked up, it has to be one that everybody knows.
        if isLoopback { bare = address?.loopbackText ?? "localhost" }
        let isWhole = isLoopback || bare.contains(".") || bare.contains(":")
        let name = isWhole ? bare : [bare, namespace].compactMap { $0 }.joined(separator: ".")
        guard allowedHosts.isEmpty || allowedHosts.contains(where: { $0.matches(name) }) else {
            throw .notAllowed(name)
        }
        if name != host, isLoopback || address == nil { parts.host = name.contains(":") ? "[\(name)]" : name }
        let endpoint = try Self.endpoint(parts.string ?? text, spoken, named)
        return Place(endpoint: endpoint, isLoopback: isLoopback)
    }

    private static func endpoint(
        _ url: String, _ spoken: ExportProtocol?, _ named: ExporterVariables.Named
    ) throws(DestinationRefusal) -> OTLPEndpoint {
        do throws(OTLPEndpointError) {
            return try OTLPEndpoint(url, protocol: spoken, isForTraces: named.isForTraces)
        } catch {
            throw .invalid(named.url, error)
        }
    }
}
