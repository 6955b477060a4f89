internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// OTLP over HTTP/1.1 or HTTP/2, in Protobuf's binary format (OTLP specification 1.x, "OTLP/HTTP"). Redirects are not
/// followed, and proxies not used: credentials go to the URL given and to nobody else.
package final class HTTPTransport: Transport {
    private let client: HTTPClient
    private let threads: MultiThreadedEventLoopGroup
    private let url: String
    private let headers: HTTPHeaders

    /// Bytes of a response that are read; its messages are a fraction of that.
    private static let bodyLimit = 64 << 10
    /// The exporter's own limit for an attempt comes first.
    private static let responseLimit = TimeAmount.seconds(30)

    /// Connects with the first request, and checks certificates against the system's. To be ended by `shutdown`.
    package convenience init(endpoint: OTLPEndpoint, headers: [OTLPHeader], userAgent: String) {
        self.init(endpoint: endpoint, headers: headers, userAgent: userAgent, tls: .makeClientConfiguration())
    }

    init(endpoint: OTLPEndpoint, headers: [OTLPHeader], userAgent: String, tls: TLSConfiguration) {
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        // The exporter tries again, and says so.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Below what servers allow, so that a request doesn't meet a connection that is just being closed.
        configuration.connectionPool.idleTimeout = .seconds(15)
        threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        client = HTTPClient(eventLoopGroup: threads, configuration: configuration)
        url = endpoint.url
        var all: HTTPHeaders = ["User-Agent": userAgent]
        for header in headers { all.replaceOrAdd(name: header.name, value: header.value) }
        all.replaceOrAdd(name: "Content-Type", value: "application/x-protobuf")
        self.headers = all
    }

    package func send(_ request: [UInt8]) async -> DeliveryOutcome {
        var message = HTTPClientRequest(url: url)
        message.method = .POST
        message.headers = headers
        message.body = .bytes(ByteBuffer(bytes: request))
        do {
            let response = try await client.execute(message, timeout: Self.responseLimit)
            let answer = HTTPAnswer(
                status: response.status.code, contentType: Self.contentType(response.headers),
                retryAfter: response.headers.first(name: "Retry-After"), body: try await Self.body(of: response))
            return answer.outcome(unixTime: Int64(time(nil)))
        } catch {
            return TransportFailure(error).outcome
        }
    }

    package func shutdown() async {
        try? await client.shutdown()
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
