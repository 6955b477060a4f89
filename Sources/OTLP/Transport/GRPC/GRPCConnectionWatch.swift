internal import NIOCore
internal import NIOHTTP2

/// Sees what gRPC's own handlers keep to themselves: when a receiver has greeted, when it wants no further requests, and why a
/// connection fails.
final class GRPCConnectionWatch: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame

    /// From the connection being made, or a proxy's leave, to the receiver's SETTINGS, TLS included.
    private static let limit = TimeAmount.seconds(5)

    private let record: GRPCConnectionRecord
    private var timer: Scheduled<Void>?

    init(_ record: GRPCConnectionRecord) {
        self.record = record
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { expectGreeting(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        expectGreeting(context)
        context.fireChannelActive()
    }

    private func expectGreeting(_ context: ChannelHandlerContext) {
        guard timer == nil else { return }
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: Self.limit) { [record] in
            record.spend(because: "the receiver doesn't speak within 5 seconds; is it an OTLP/gRPC receiver?")
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data).payload {
        case .settings:
            timer?.cancel()
            record.greeted()
        case .goAway(_, .noError, _): record.spend(because: "the receiver is closing the connection")
        case .goAway(_, let code, let text):
            let said = text.map { ": \(String(buffer: $0).prefix(100))" } ?? ""
            record.spend(because: "the receiver has closed the connection: \(code)\(said)")
        default: break
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Those of single requests come by here too.
        if !(error is NIOHTTP2Errors.StreamError) { record.fail(error) }
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        record.spend()
        context.fireChannelInactive()
    }
}
