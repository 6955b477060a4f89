internal import NIOCore

/// The first words on a connection to an HTTP proxy: CONNECT and its answer (RFC 9110, section 9.3.6). What follows them is
/// held back until this handler is removed.
final class ConnectTunnel: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Bytes of an answer's head.
    private static let headLimit = 16 << 10
    private static let limit = TimeAmount.seconds(5)
    private static let headEnd = Array("\r\n\r\n".utf8)

    private let request: String
    private let opened: EventLoopPromise<Void>
    private var received = ByteBuffer()
    private var isOpen = false
    private var timer: Scheduled<Void>?

    /// - Parameters:
    ///   - place: of what is behind the proxy: "HOST:PORT".
    ///   - opened: kept when bytes are going through, else broken by a `ConnectTunnelError`.
    init(to place: String, credentials: Proxy.Credentials?, opened: EventLoopPromise<Void>) {
        let authorization = credentials.map { "Proxy-Authorization: \($0.basic)\r\n" } ?? ""
        request = "CONNECT \(place) HTTP/1.1\r\nHost: \(place)\r\n\(authorization)\r\n"
        self.opened = opened
    }

    func channelActive(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.limit) { [opened] in
            opened.fail(ConnectTunnelError.silent)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        if isOpen { return }
        let view = received.readableBytesView
        guard let end = view.firstRange(of: Self.headEnd) else {
            if received.readableBytes > Self.headLimit { opened.fail(ConnectTunnelError.nonsense) }
            return
        }
        let line = String(decoding: view.prefix { $0 != UInt8(ascii: "\r") }.prefix(100), as: UTF8.self)
        let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = UInt(words[1]) else {
            return opened.fail(ConnectTunnelError.nonsense)
        }
        guard (200...299).contains(status) else { return opened.fail(ConnectTunnelError.refused(status: status)) }
        isOpen = true
        received.moveReaderIndex(to: end.upperBound)
        opened.succeed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        opened.fail(ConnectTunnelError.closed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        opened.fail(error)
        context.fireErrorCaught(error)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        guard received.readableBytes > 0 else { return }
        context.fireChannelRead(wrapInboundOut(received))
        context.fireChannelReadComplete()
    }
}

/// Why a proxy is of no use.
enum ConnectTunnelError: Error, Hashable {
    case refused(status: UInt)
    case nonsense
    case silent
    case closed
}

extension ConnectTunnelError: CustomStringConvertible {
    var description: String {
        switch self {
        case .refused(407): "the proxy wants credentials, or others: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
        case .refused(let status): "the proxy refuses the connection: HTTP \(status)"
        case .nonsense: "what is to be the proxy doesn't answer by HTTP"
        case .silent: "the proxy doesn't answer within 5 seconds"
        case .closed: "the proxy has closed the connection"
        }
    }
}
