import FoundationEssentials
import OTLP
import Spans

/// Who is asked how to sample the traces of a service: Jaeger's remote sampling by HTTP, GET /sampling?service=NAME.
package struct RemoteSamplingSource: Hashable, Sendable {
    /// Whole.
    package let url: String
    let host: String
    /// Which addresses it may have; nil for any.
    let policy: AddressPolicy?

    /// Ports of gRPC: of Jaeger's sampling, and of OTLP.
    private static let grpcPorts = [14250, 4317]

    /// - Parameters:
    ///   - policy: of the host that is named.
    ///   - namespace: in which a host without a dot is looked for; nil for none.
    init(
        _ remote: RemoteSampling, service: String, _ policy: DestinationPolicy, _ addresses: AddressPolicy?,
        namespace: String?
    ) throws(RemoteSamplingProblem) {
        guard let given = remote.endpoint else { throw .noEndpoint }
        let text = given.contains("://") ? given : "http://\(given)"
        guard var parts = URLComponents(string: text) else { throw .refused(.invalid(text, .invalid)) }
        if parts.port.map(Self.grpcPorts.contains) == true || parts.scheme?.hasPrefix("grpc") == true { throw .grpc }
        if parts.path.isEmpty || parts.path == "/" { parts.path = "/sampling" }
        let endpoint: OTLPEndpoint
        do throws(DestinationRefusal) {
            // Its path is taken as it stands.
            let url = parts.string ?? text
            let named = ExporterVariables.Named(text: given, url: url, isForTraces: true)
            let place = try policy.place(of: named, namespace: namespace)
            if place.isLoopback, addresses?.loopback == .forbidden {
                throw DestinationRefusal.loopback(url, reason: "nobody is asked there")
            }
            endpoint = place.endpoint
        } catch {
            throw .refused(error)
        }
        guard endpoint.protocol != .grpc, let host = URLComponents(string: endpoint.url)?.host else { throw .grpc }
        url = "\(endpoint.url)?service=\(Self.encoded(service))"
        self.host = host.filter { $0 != "[" && $0 != "]" }
        self.policy = addresses
    }

    /// RFC 3986, section 2: all but what is unreserved.
    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                scalar.isASCII && (scalar.properties.isAlphabetic || "-._~0123456789".unicodeScalars.contains(scalar))
            let digits = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(scalar) : "%\(digits.count < 2 ? "0" : "")\(digits)"
        }.joined()
    }
}

/// Why nobody is asked, and the initial rate counts for good.
package enum RemoteSamplingProblem: Error, Hashable, Sendable {
    case noEndpoint
    /// Jaeger's sampling by gRPC.
    case grpc
    case refused(DestinationRefusal)
}

extension RemoteSamplingProblem: CustomStringConvertible {
    package var description: String {
        let http = "name the one for HTTP, such as endpoint=http://jaeger:5778/sampling"
        return switch self {
        case .noEndpoint: "no endpoint is named to ask; \(http)"
        case .grpc: "the endpoint is for gRPC, by which nodespan asks nobody; \(http)"
        case .refused(let refusal): "the endpoint isn't asked: \(refusal)"
        }
    }
}
