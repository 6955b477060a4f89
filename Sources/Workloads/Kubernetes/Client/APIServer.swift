internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// The API server of a cluster. Credentials are read again when they have changed.
package final class APIServer: Sendable {
    /// Everything that a connection is made with.
    private struct Identity: Hashable {
        var authorities: [UInt8]?
        var certificate: [UInt8]?
        var key: [UInt8]?
    }

    /// An answer of which only the beginning has come.
    private struct Answer {
        let body: HTTPClientResponse.Body
        /// When it is to be there.
        let deadline: ContinuousClock.Instant

        /// To be asked as bytes come: while none do, `silence` ends it.
        var isOver: Bool { ContinuousClock.now >= deadline }

        func checkTime() throws(APIFailure) {
            if isOver { throw .unreachable("no answer within its time") }
        }

        /// - Parameter limit: bytes.
        func collect(upTo limit: Int) async throws(APIFailure) -> [UInt8] {
            var bytes: [UInt8] = []
            do {
                for try await buffer in body {
                    try checkTime()
                    if bytes.count + buffer.readableBytes > limit { throw NIOTooManyBytesError(maxBytes: limit) }
                    bytes += buffer.readableBytesView
                }
            } catch {
                throw APIFailure(error)
            }
            return bytes
        }
    }

    private struct Connection {
        let identity: Identity
        let client: HTTPClient
    }

    /// How long the answer may take that is one object, however slowly its bytes come.
    package static let objectLimit = Duration.seconds(30)
    /// And a list: the API server itself gives up after as long.
    private static let listLimit = Duration.seconds(60)
    /// Bookmarks come once a minute at least (apiserver, storage/cacher): whatever is silent for longer is dead.
    package static let silence = Duration.seconds(75)
    /// Bytes of a document as it comes back: some more than was sent.
    private static let echoLimit = 1 << 20

    private let silence: Duration
    private let objectLimit: Duration
    private let access: ClusterAccess
    private let userAgent: String
    private let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let connection = Mutex<Connection?>(nil)

    /// - Parameters:
    ///   - silence: a connection on which nothing has come for so long is given up.
    ///   - objectLimit: how long the answer may take that is one object.
    package init(
        _ access: ClusterAccess, userAgent: String, silence: Duration = silence, objectLimit: Duration = objectLimit
    ) {
        self.access = access
        self.objectLimit = objectLimit
        self.silence = silence
        self.userAgent = userAgent
    }

    /// To be called last.
    package func shutdown() async {
        try? await connection.withLock { $0.take() }?.client.shutdown()
        try? await threads.shutdownGracefully()
    }

    /// One object.
    /// - Parameters:
    ///   - path: with its query.
    ///   - limit: bytes.
    func get(_ path: String, accepting type: String = "application/json", limit: Int) async throws(APIFailure)
        -> [UInt8]
    {
        try await ask(try request(path, accepting: type), for: objectLimit).collect(upTo: limit)
    }

    /// A list, as it comes.
    /// - Parameters:
    ///   - limit: bytes.
    ///   - onBytes: called for those that have come.
    func list(
        _ path: String, limit: Int, onBytes: ([UInt8]) throws(APIFailure) -> Void
    ) async throws(APIFailure) {
        let answer = try await ask(try request(path), for: Self.listLimit)
        var count = 0
        do {
            for try await buffer in answer.body {
                try answer.checkTime()
                count += buffer.readableBytes
                if count > limit { throw APIFailure.garbage("a list of more than \(limit >> 20) MiB") }
                try onBytes(Array(buffer: buffer))
            }
        } catch {
            throw APIFailure(error)
        }
    }

    /// Has it take a document, whose answer is of no use.
    /// - Parameters:
    ///   - type: of the document.
    func send(
        _ document: [UInt8], by method: HTTPMethod, to path: String, type: String
    ) async throws(APIFailure) {
        var request = try request(path)
        request.method = method
        request.headers.add(name: "Content-Type", value: type)
        request.body = .bytes(document)
        _ = try await ask(request, for: objectLimit).collect(upTo: Self.echoLimit)
    }

    /// The lines of an answer that goes on for long. Returns when it ends, or nothing comes any more.
    /// - Parameters:
    ///   - limit: of the whole.
    ///   - lineLimit: bytes.
    ///   - onLine: called for each.
    func watch(
        _ path: String, for limit: Duration, lineLimit: Int, onLine: ([UInt8]) async throws(APIFailure) -> Void
    ) async throws(APIFailure) {
        let answer = try await ask(try request(path), for: limit)
        var line: [UInt8] = []
        do {
            for try await buffer in answer.body {
                // What it was in the middle of comes again on the next.
                if answer.isOver { return }
                var rest = buffer.readableBytesView[...]
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    line += rest[..<end]
                    try await onLine(line)
                    line.removeAll(keepingCapacity: line.count < 1 << 16)
                    rest = rest[(end + 1)...]
                }
                line += rest
                if line.count > lineLimit { throw APIFailure.garbage("an event of more than \(lineLimit >> 20) MiB") }
            }
            if !line.isEmpty { throw APIFailure.garbage("an event without an end") }
        } catch let error as HTTPClientError where error == .readTimeout {
            return
        } catch {
            throw APIFailure(error)
        }
    }

    /// - Parameter limit: for the whole answer.
    private func ask(_ request: HTTPClientRequest, for limit: Duration) async throws(APIFailure) -> Answer {
        let client = try client()
        let deadline = ContinuousClock.now + limit
        do {
            let response = try await client.execute(request, timeout: .seconds(limit.components.seconds))
            let answer = Answer(body: response.body, deadline: deadline)
            try await Self.check(answer, status: Int(response.status.code))
            return answer
        } catch {
            throw APIFailure(error)
        }
    }

    private func request(_ path: String, accepting type: String = "application/json") throws(APIFailure)
        -> HTTPClientRequest
    {
        var request = HTTPClientRequest(url: access.url + path)
        request.headers = ["User-Agent": userAgent, "Accept": type]
        if let token = access.token {
            do throws(ClusterAccessError) {
                // It is exchanged for another one every hour or so.
                let text = String(decoding: try token.read(), as: UTF8.self).filter { !$0.isWhitespace }
                // Without one it would be somebody else who asks.
                guard !text.isEmpty else { throw .noToken }
                request.headers.add(name: "Authorization", value: "Bearer \(text)")
            } catch {
                throw .credentials(error)
            }
        }
        return request
    }

    /// The one that fits the credentials as they are now.
    private func client() throws(APIFailure) -> HTTPClient {
        do throws(ClusterAccessError) {
            let identity = Identity(
                authorities: try access.authorities?.read(), certificate: try access.certificate?.read(),
                key: try access.key?.read())
            let (client, old) = try connection.withLock { connection throws(ClusterAccessError) in
                if let connection, connection.identity == identity { return (connection.client, HTTPClient?.none) }
                let new = try makeClient(identity)
                let old = connection?.client
                connection = Connection(identity: identity, client: new)
                return (new, old)
            }
            if let old { Task { try? await old.shutdown() } }
            return client
        } catch {
            throw .credentials(error)
        }
    }

    private func makeClient(_ identity: Identity) throws(ClusterAccessError) -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        do {
            if let authorities = identity.authorities {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authorities))
            }
        } catch {
            throw .invalidCertificate("the certificate of the cluster's authority")
        }
        do {
            if let certificate = identity.certificate, let key = identity.key {
                tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) }
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
            }
        } catch {
            throw .invalidCertificate("the client certificate, or its key,")
        }
        // Nothing is lost when a server doesn't say goodbye.
        tls.shutdownTimeout = .milliseconds(200)
        if !access.verifiesServer { tls.certificateVerification = .none }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = .nanoseconds(Int64(silence / .nanoseconds(1)))
        // A connection for each watch: one that is dead ends with its watch, and takes no other along.
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        if let name = access.serverName, let host = access.host { configuration.dnsOverride = [name: host] }
        return HTTPClient(eventLoopGroup: threads, configuration: configuration)
    }

    private static func check(_ answer: Answer, status code: Int) async throws(APIFailure) {
        guard !(200..<300).contains(code) else { return }
        let body = try? await answer.collect(upTo: 1 << 16)
        let status: APIStatus? = body.flatMap { try? KubernetesJSON.decode(from: $0) }
        throw .status(code, reason: status?.reason ?? "", message: status?.message ?? "")
    }
}

/// What the API server says of a request that failed (meta/v1, Status).
struct APIStatus: Decodable {
    let code: Int?
    let reason: String?
    let message: String?
}
