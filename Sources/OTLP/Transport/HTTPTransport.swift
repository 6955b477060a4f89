internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Spans over HTTP/1.1 or HTTP/2: OTLP's (OTLP specification 1.x, "OTLP/HTTP") and Zipkin's. Redirects are not followed:
/// credentials go to the URL given and to nobody else.
package final class HTTPTransport: Transport {
    private let receiver: Receiver
    private let clients = PinnedClients()
    private let resolver: AddressResolver?
    /// Nil for a receiver that is reached without TLS.
    private let tls: TLSReader?
    private let threads: MultiThreadedEventLoopGroup
    private let url: String
    private let headers: HTTPHeaders

    /// Bytes of a response that are read; its messages are a fraction of that.
    private static let bodyLimit = 64 << 10

    /// Connects with the first request. To be ended by `shutdown`.
    /// - Parameters:
    ///   - judge: why nothing may be sent to a numeric address, nil when it may: for a destination that somebody names who may
    ///     not reach all that this process does. Without it, none is judged.
    package convenience init(
        _ receiver: Receiver, userAgent: String, judge: (@Sendable (String) -> String?)? = nil
    ) {
        self.init(
            receiver, userAgent: userAgent,
            tls: receiver.endpoint.isSecure ? TLSReader(receiver.tls) : nil,
            resolver: judge.map { AddressResolver(name: receiver.endpoint.host, judge: $0) })
    }

    init(_ receiver: Receiver, userAgent: String, tls: TLSReader?, resolver: AddressResolver? = nil) {
        self.receiver = receiver
        self.tls = tls
        self.resolver = resolver
        threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let endpoint = receiver.endpoint
        url = endpoint.socketPath.map { "http+unix://\(Self.encoded($0))\(endpoint.path)" } ?? endpoint.url
        var headers: HTTPHeaders = ["User-Agent": userAgent]
        // A socket has no name, and HTTP wants one.
        if endpoint.socketPath != nil { headers.add(name: "Host", value: endpoint.host) }
        for header in receiver.headers { headers.replaceOrAdd(name: header.name, value: header.value) }
        headers.replaceOrAdd(name: "Content-Type", value: HTTPAnswer.contentType(of: endpoint.protocol))
        self.headers = headers
    }

    package func send(_ request: [UInt8]) async -> DeliveryOutcome {
        var route = PinnedClients.Route()
        switch await resolver?.find() {
        case .refused(let reason): return .refused(reason: reason)
        case .failed(let reason): return .unavailable(reason: reason, mayHaveArrived: false)
        case .address(let address): route.address = address
        case nil: break
        }
        var configuration: TLSConfiguration?
        switch await tls?.find() {
        case .failed(let reason): return .unavailable(reason: reason, mayHaveArrived: false)
        case .configuration(let found, let generation): (configuration, route.generation) = (found, generation)
        case nil: break
        }
        let lease = await clients.take(route) { makeClient(address: route.address, tls: configuration) }
        let outcome = await send(request, by: lease)
        await clients.giveBack(lease)
        return outcome
    }

    private func makeClient(address: String?, tls: TLSConfiguration?) -> HTTPClient {
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.timeout.connect = min(.seconds(5), timeout)
        // The exporter tries again, and says so.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Below what servers allow, so that a request doesn't meet a connection that is just being closed.
        configuration.connectionPool.idleTimeout = .seconds(15)
        // Certificates are checked against the name.
        if let address { configuration.dnsOverride = [receiver.endpoint.host: address] }
        return HTTPClient(eventLoopGroup: threads, configuration: configuration)
    }

    private func send(_ request: [UInt8], by lease: PinnedClients.Lease) async -> DeliveryOutcome {
        var message = HTTPClientRequest(url: url)
        message.method = .POST
        message.headers = headers
        if receiver.compression == .gzip, let compressed = Gzip.compress(request) {
            message.headers.add(name: "Content-Encoding", value: "gzip")
            message.body = .bytes(ByteBuffer(bytes: compressed))
        } else {
            message.body = .bytes(ByteBuffer(bytes: request))
        }
        do {
            let response = try await lease.client.execute(message, timeout: timeout)
            let answer = HTTPAnswer(
                protocol: receiver.endpoint.protocol, status: response.status.code,
                contentType: Self.contentType(response.headers),
                retryAfter: response.headers.first(name: "Retry-After"), body: try await Self.body(of: response))
            return answer.outcome(unixTime: Int64(time(nil)))
        } catch {
            if let address = lease.route.address { resolver?.shun(address) }
            return TransportFailure(error).outcome
        }
    }

    package func shutdown() async {
        await clients.shutdown()
        try? await threads.shutdownGracefully()
    }

    private var timeout: TimeAmount { TimeAmount(receiver.timeout) }

    /// Nil when it is too long.
    private static func body(of response: HTTPClientResponse) async throws -> [UInt8]? {
        do {
            return Array(buffer: try await response.body.collect(upTo: bodyLimit))
        } catch is NIOTooManyBytesError {
            return nil
        }
    }

    private static func contentType(_ headers: HTTPHeaders) -> String {
        let value = headers.first(name: "Content-Type")?.prefix { $0 != ";" } ?? ""
        return value.filter { $0 != " " && $0 != "\t" }.lowercased()
    }

    /// A path as the host of a URL.
    private static func encoded(_ path: String) -> String {
        path.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
