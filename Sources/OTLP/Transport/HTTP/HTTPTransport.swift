internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// Spans over HTTP/1.1 or HTTP/2: OTLP's (OTLP specification 1.x, "OTLP/HTTP") and Zipkin's. Redirects are not followed:
/// credentials go to the URL given and to nobody else.
package final class HTTPTransport: Transport {
    private let receiver: Receiver
    private let clients = PinnedClients()
    private let places: HTTPPlaces
    /// Nil for a receiver that is reached without TLS.
    private let tls: TLSReader?
    private let thread: EventLoopThread
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
            receiver, userAgent: userAgent, places: HTTPPlaces(receiver, judge: judge, proxies: .ofThisProcess))
    }

    /// - Parameter tls: nil for one of the receiver's settings.
    init(_ receiver: Receiver, userAgent: String, places: HTTPPlaces, tls: TLSReader? = nil) {
        let endpoint = receiver.endpoint
        self.receiver = receiver
        self.tls = endpoint.isSecure ? tls ?? TLSReader(receiver.tls) : nil
        self.places = places
        thread = EventLoopThread(in: receiver.network)
        url = endpoint.socketPath.map { "http+unix://\(Self.encoded($0))\(endpoint.path)" } ?? endpoint.url
        var headers: HTTPHeaders = ["User-Agent": userAgent]
        // A socket has no name, and HTTP wants one.
        if endpoint.socketPath != nil { headers.add(name: "Host", value: endpoint.host) }
        for header in receiver.headers { headers.replaceOrAdd(name: header.name, value: header.value) }
        headers.replaceOrAdd(name: "Content-Type", value: HTTPAnswer.contentType(of: endpoint.protocol))
        if receiver.compression == .gzip { headers.add(name: "Content-Encoding", value: "gzip") }
        self.headers = headers
    }

    package func send(_ request: [UInt8]) async -> DeliveryOutcome {
        if let reason = await thread.enter() { return .unavailable(reason: reason, mayHaveArrived: false) }
        var security: TLSConfiguration?
        var route = PinnedClients.Route()
        switch await tls?.find() {
        case .failed(let reason): return .unavailable(reason: reason, mayHaveArrived: false)
        case .configuration(let found, let generation): (security, route.generation) = (found, generation)
        case nil: break
        }
        let body: [UInt8]
        switch receiver.compression {
        case .none: body = request
        case .gzip:
            guard let compressed = Gzip.compress(request) else {
                return .unavailable(reason: "no memory for gzip", mayHaveArrived: false)
            }
            body = compressed
        }
        return await send(ByteBuffer(bytes: body), by: &route, security)
    }

    /// When there is no connection by one address, another one is tried.
    private func send(
        _ body: ByteBuffer, by route: inout PinnedClients.Route, _ security: TLSConfiguration?
    ) async -> DeliveryOutcome {
        var failure: DeliveryOutcome?
        while true {
            let before = route.address
            switch await places.find() {
            case .refused(let reason): return .refused(reason: reason)
            case .failed(let reason): return failure ?? .unavailable(reason: reason, mayHaveArrived: false)
            case .address(let address): route.address = address
            }
            if let failure, route.address == before { return failure }
            let lease = await clients.take(route) { makeClient(address: route.address, tls: security) }
            // The socket belongs to the network that the thread is in.
            let result = await thread.run { await self.send(body, by: lease.client) }
            await clients.giveBack(lease)
            switch result {
            case .success(let answer): return answer.outcome(unixTime: Int64(time(nil)))
            case .failure(let found):
                guard let address = route.address else { return found.outcome }
                places.shun(address)
                if found.mayHaveArrived || failure != nil || Task.isCancelled { return found.outcome }
                failure = found.outcome
            }
        }
    }

    private func makeClient(address: String?, tls: TLSConfiguration?) -> HTTPClient {
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.timeout.connect = min(.seconds(5), timeout)
        // The exporter tries again, and says so.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Below what servers allow, so that a request doesn't meet a connection that is just being closed.
        configuration.connectionPool.idleTimeout = .seconds(15)
        // Certificates are checked against the name.
        let host = receiver.endpoint.host
        if let address, IPAddressBytes(host) == nil { configuration.dnsOverride = [host: address] }
        if let proxy = places.proxy {
            let authorization = proxy.credentials.map {
                HTTPClient.Authorization.basic(username: $0.user, password: $0.password)
            }
            configuration.proxy = .server(host: proxy.host, port: proxy.port, authorization: authorization)
        }
        return HTTPClient(eventLoopGroup: thread.group, configuration: configuration)
    }

    private func send(_ body: ByteBuffer, by client: HTTPClient) async -> Result<HTTPAnswer, TransportFailure> {
        var message = HTTPClientRequest(url: url)
        message.method = .POST
        message.headers = headers
        message.body = .bytes(body)
        do {
            let deadline = NIODeadline.now() + timeout
            let response = try await client.execute(message, deadline: deadline)
            let body = try await response.body(upTo: Self.bodyLimit, before: deadline, on: thread.loop)
            return .success(
                HTTPAnswer(
                    protocol: receiver.endpoint.protocol, status: response.status.code,
                    contentType: Self.contentType(response.headers),
                    retryAfter: response.headers.first(name: "Retry-After"), body: body))
        } catch {
            return .failure(TransportFailure(error))
        }
    }

    package func shutdown() async {
        await clients.shutdown()
        await thread.shutdown()
    }

    private var timeout: TimeAmount { TimeAmount(receiver.timeout) }

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
