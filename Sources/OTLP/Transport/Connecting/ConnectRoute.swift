internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// How a connection to a receiver is made, what it is secured with, and what it is for.
struct ConnectRoute: Sendable {
    enum Place: Hashable, Sendable {
        /// Numeric.
        case address(String, port: Int)
        case socket(path: String)
    }

    /// Of the receiver, or of the proxy on the way to it.
    var place: Place
    /// The proxy's.
    var tunnel: Tunnel?
    var tls: Security?

    struct Tunnel: Sendable {
        /// Of the receiver: "HOST:PORT".
        var place: String
        var credentials: Proxy.Credentials?
    }

    struct Security: Sendable {
        var configuration: TLSConfiguration
        /// Which the certificate is to be for; nil for the address that is connected to.
        var name: String?
    }

    /// As for HTTP.
    private static let limit = TimeAmount.seconds(5)

    /// Makes the connection. To be called on the loop's thread, which the socket then belongs to.
    /// - Parameters:
    ///   - willConnect: is told of the channel before it connects; one that fails ends the attempt.
    ///   - configure: what is to speak over the connection.
    func connect<Result: Sendable>(
        on loop: any EventLoop, willConnect: @escaping @Sendable (any Channel) throws -> Void,
        configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Result>
    ) async throws -> Result {
        loop.assertInEventLoop()
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(Self.limit)
        let address = try address
        // Reads the system's authorities, if they are asked for: which is best done by a thread of our own.
        let context = try tls.map { tls in
            var configuration = tls.configuration
            // grpcio's servers never take their leave, so this is how long it takes to close a connection.
            configuration.shutdownTimeout = .seconds(1)
            return try NIOSSLContext(configuration: configuration)
        }
        let secured: @Sendable (any Channel) -> EventLoopFuture<Result> = { [name = tls?.name] channel in
            channel.eventLoop.makeCompletedFuture {
                guard let context else { return }
                let handler = try NIOSSLClientHandler(context: context, serverHostname: name)
                try channel.pipeline.syncOperations.addHandler(handler)
            }.flatMap { configure(channel) }
        }
        guard let tunnel else {
            return try await bootstrap.connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture { try willConnect(channel) }.flatMap { secured(channel) }
            }
        }
        let opened = loop.makePromise(of: Void.self)
        let name = "tunnel"
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try willConnect(channel)
                    let handler = ConnectTunnel(to: tunnel.place, credentials: tunnel.credentials, opened: opened)
                    try channel.pipeline.syncOperations.addHandler(handler, name: name)
                    return channel
                }
            }
        } catch {
            opened.fail(error)
            throw error
        }
        do {
            return try await opened.futureResult.flatMap { secured(channel) }
                .flatMap { result in channel.pipeline.removeHandler(name: name).map { result } }.get()
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private var address: SocketAddress {
        get throws {
            switch place {
            // The address is numeric: nothing is looked up, but IPv6's zones are understood.
            case .address(let text, let port): try SocketAddress.makeAddressResolvingHost(text, port: port)
            case .socket(let path): try SocketAddress(unixDomainSocketPath: path)
            }
        }
    }
}
