internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import NIOCore
internal import NIOHTTP2

/// One connection by gRPC, from its first byte to its last.
final class GRPCConnection: Sendable {
    typealias Channel = HTTP2ClientTransport.WrappedChannel

    let record = GRPCConnectionRecord()
    private let route: ConnectRoute
    private let settings: Channel.Config
    private let loop: any EventLoop
    private let opened: EventLoopPromise<Channel>

    /// Without requests on it for so long, it is closed.
    private static let idleLimit = Duration.seconds(60)

    /// Runs by `run`.
    /// - Parameters:
    ///   - authority: what the receiver is to take itself to be: "HOST:PORT".
    ///   - answerLimit: of all messages that are to be taken in at once, bytes.
    init(
        _ route: ConnectRoute, authority: String, compression: CompressionAlgorithm, answerLimit: Int,
        on loop: any EventLoop
    ) {
        self.route = route
        self.loop = loop
        opened = loop.makePromise()
        let isSecure = route.tls != nil
        settings = .defaults { settings in
            settings.http2.authority = authority
            // Answers are small, and a hostile receiver's are not to take up more.
            settings.http2.targetWindowSize = answerLimit
            settings.connection.maxIdleTime = Self.idleLimit
            // Requests are few, and large.
            settings.connection.flushCoalescing = nil
            settings.compression = .init(
                algorithm: compression, enabledAlgorithms: compression == .gzip ? .gzip : .none)
            settings.channelDebuggingCallbacks.onCreateHTTP2Stream = { channel in
                channel.eventLoop.makeCompletedFuture {
                    let watch = GRPCStreamWatch(isSecure: isSecure)
                    try channel.pipeline.syncOperations.addHandler(watch, position: .first)
                }
            }
        }
    }

    /// Connects, and lasts as long as the connection. To be called once, on the loop's thread.
    func run() async {
        do {
            let channel = try await Channel.wrapping(config: settings) { [route, loop, record] configure in
                try await route.connect(on: loop, willConnect: { try record.begin($0) }) { channel in
                    configure(channel).flatMapThrowing { configured in
                        let pipeline = channel.pipeline.syncOperations
                        let connection = try pipeline.handler(type: NIOHTTP2Handler.self)
                        try pipeline.addHandler(GRPCConnectionWatch(record), position: .after(connection))
                        return configured
                    }
                }
            }
            opened.succeed(channel)
            try await channel.connect()
        } catch {
            record.fail(error)
            opened.fail(error)
        }
        record.close()
    }

    /// What requests go by, once there is a connection; nil when there will be none, for the record's reason, or when the task
    /// is cancelled.
    func channel() async -> Channel? { try? await opened.futureResult.resultUnlessCancelled()?.get() }
}

extension EventLoopFuture where Value: Sendable {
    /// What it comes to, or nil when the task is cancelled before.
    func resultUnlessCancelled() async -> Result<Value, any Error>? {
        let (results, found) = AsyncStream.makeStream(
            of: Result<Value, any Error>.self, bufferingPolicy: .bufferingOldest(1))
        whenComplete { result in
            found.yield(result)
            found.finish()
        }
        return await results.first { _ in true }
    }
}
