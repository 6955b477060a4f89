internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// OTLP over HTTP/1.1 or HTTP/2, in Protobuf's binary format (OTLP specification 1.x, "OTLP/HTTP"). Redirects are not
/// followed, and proxies not used: credentials go to the URL given and to nobody else.
package final class HTTPTransport: Transport {
    private let clients: PinnedClients
    private let resolver: AddressResolver?
    private let threads: MultiThreadedEventLoopGroup
    private let url: String
    private let headers: HTTPHeaders

    /// Bytes of a response that are read; its messages are a fraction of that.
    private static let bodyLimit = 64 << 10
    /// The exporter's own limit for an attempt comes first.
    private static let responseLimit = TimeAmount.seconds(30)

    /// Connects with the first request. To be ended by `shutdown`.
    /// - Parameters:
    ///   - judge: why nothing may be sent to a numeric address, nil when it may: for a destination that somebody names who may
    ///     not reach all that this process does. Without it, none is judged.
    package convenience init(
        _ receiver: Receiver, userAgent: String, judge: (@Sendable (String) -> String?)? = nil
    ) {
        self.init(
            receiver, userAgent: userAgent,
            tls: (try? receiver.tls?.load().configuration) ?? .makeClientConfiguration(),
            resolver: judge.map { AddressResolver(name: receiver.endpoint.host, judge: $0) })
    }

    init(
        _ receiver: Receiver, userAgent: String, tls: TLSConfiguration,
        resolver: AddressResolver? = nil
    ) {
        let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        self.threads = threads
        self.resolver = resolver
        let host = receiver.endpoint.host
        clients = PinnedClients { address in
            var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
            configuration.timeout.connect = .seconds(5)
            // The exporter tries again, and says so.
            configuration.connectionPool.retryConnectionEstablishment = false
            // Below what servers allow, so that a request doesn't meet a connection that is just being closed.
            configuration.connectionPool.idleTimeout = .seconds(15)
            // Certificates are checked against the name.
            if let address { configuration.dnsOverride = [host: address] }
            return HTTPClient(eventLoopGroup: threads, configuration: configuration)
        }
        url = receiver.endpoint.url
        var all: HTTPHeaders = ["User-Agent": userAgent]
        for header in receiver.headers { all.replaceOrAdd(name: header.name, value: header.value) }
        all.replaceOrAdd(name: "Content-Type", value: "application/x-protobuf")
        self.headers = all
    }

    package func send(_ request: [UInt8]) async -> DeliveryOutcome {
        switch await resolver?.find() {
        case .refused(let reason): .refused(reason: reason)
        case .failed(let reason): .unavailable(reason: reason, mayHaveArrived: false)
        case .address(let address): await send(request, to: address)
        case nil: await send(request, to: nil)
        }
    }

    private func send(_ request: [UInt8], to address: String?) async -> DeliveryOutcome {
        let lease = await clients.take(address: address)
        let outcome = await send(request, by: lease)
        await clients.giveBack(lease)
        return outcome
    }

    private func send(_ request: [UInt8], by lease: PinnedClients.Lease) async -> DeliveryOutcome {
        var message = HTTPClientRequest(url: url)
        message.method = .POST
        message.headers = headers
        message.body = .bytes(ByteBuffer(bytes: request))
        do {
            let response = try await lease.client.execute(message, timeout: Self.responseLimit)
            let answer = HTTPAnswer(
                status: response.status.code, contentType: Self.contentType(response.headers),
                retryAfter: response.headers.first(name: "Retry-After"), body: try await Self.body(of: response))
            return answer.outcome(unixTime: Int64(time(nil)))
        } catch {
            if let address = lease.address { resolver?.shun(address) }
            return TransportFailure(error).outcome
        }
    }

    package func shutdown() async {
        await clients.shutdown()
        try? await threads.shutdownGracefully()
    }

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
}
