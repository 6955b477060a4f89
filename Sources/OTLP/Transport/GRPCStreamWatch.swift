internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// Stands between one request and its connection: puts right the scheme, which gRPC for Swift takes to be "http" for a
/// channel that it hasn't made, and marks statuses that are the receiver's own, since gRPC makes up others where an answer is
/// none.
final class GRPCStreamWatch: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// Among a status's metadata, when it is the receiver's own.
    static let mark = "nodespan-own-status"

    private let isSecure: Bool

    init(isSecure: Bool) {
        self.isSecure = isSecure
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isSecure, case .headers(var headers) = unwrapOutboundIn(data) else {
            return context.write(data, promise: promise)
        }
        headers.headers = HPACKHeaders(
            headers.headers.map { ($0.name, $0.name == ":scheme" ? "https" : $0.value) })
        context.write(wrapOutboundOut(.headers(headers)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .headers(var headers) = unwrapInboundIn(data), headers.headers.contains(name: "grpc-status") else {
            return context.fireChannelRead(data)
        }
        headers.headers.add(name: Self.mark, value: "1")
        context.fireChannelRead(wrapInboundOut(.headers(headers)))
    }
}
