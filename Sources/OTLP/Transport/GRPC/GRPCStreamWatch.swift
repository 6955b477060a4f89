internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// Stands between one request and its connection. It puts right the scheme, which gRPC for Swift takes to be "http" for a
/// channel that it hasn't made; and it marks statuses with where they come from, since gRPC makes up others where an answer is
/// none.
final class GRPCStreamWatch: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// Whose word a status is; without any, it is gRPC's own.
    enum Origin: String {
        case receiver
        /// HTTP/2 has ended the request, which may have been looked at.
        case reset
        /// HTTP/2 has ended the request, which wasn't looked at (RFC 9113, section 8.7).
        case unprocessed
    }

    /// The name of the mark among a status's metadata.
    static let mark = "nodespan-status-origin"

    private let isSecure: Bool
    private var isOver = false

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
        switch unwrapInboundIn(data) {
        case .headers(var headers):
            // What a receiver says of this is no better than what it says anyway, but not to be mixed up.
            headers.headers.remove(name: Self.mark)
            if headers.headers.contains(name: "grpc-status") {
                headers.headers.add(name: Self.mark, value: Origin.receiver.rawValue)
            }
            if headers.endStream { isOver = true }
            context.fireChannelRead(wrapInboundOut(.headers(headers)))
        case .rstStream(let code):
            end(
                context, code == .refusedStream ? .unprocessed : .reset,
                "the receiver has reset the request: \(code.text)")
            context.fireChannelRead(data)
        default: context.fireChannelRead(data)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Resets come by frames before; what else is closed by HTTP/2 is what a GOAWAY leaves out.
        if error is NIOHTTP2Errors.StreamClosed {
            end(context, .unprocessed, "the receiver is closing the connection")
        }
        context.fireErrorCaught(error)
    }

    private func end(_ context: ChannelHandlerContext, _ origin: Origin, _ reason: String) {
        guard !isOver else { return }
        isOver = true
        let answer: HPACKHeaders = [
            ":status": "200", "content-type": "application/grpc", "grpc-status": "14", "grpc-message": reason,
            Self.mark: origin.rawValue,
        ]
        context.fireChannelRead(wrapInboundOut(.headers(.init(headers: answer, endStream: true))))
    }
}

extension HTTP2ErrorCode {
    private static let names = [
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
        "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ]

    /// Its name (RFC 9113, section 7), or its number.
    var text: String { Self.names.indices.contains(networkCode) ? Self.names[networkCode] : "\(networkCode)" }
}
