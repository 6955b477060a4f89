internal import CBPF

/// One finished gRPC call, as its server or its client saw it: `struct ns_grpc_span`, decoded. Texts are the program's own,
/// their invalid UTF-8 repaired.
package struct GRPCRecord: Sendable {
    package enum Side: Sendable {
        case server
        case client
    }

    /// What is known of how a call ended: `enum ns_grpc_outcome`.
    package enum Outcome: Sendable, Equatable {
        /// With a status code, `google.golang.org/grpc/codes.Code`.
        case status(UInt32)
        /// Without one: nobody was left to send one to, or the handler ended its goroutine.
        case noStatus
        /// Client: with an error of another kind than gRPC's.
        case otherError
    }

    /// The texts that were longer than what the record keeps: one bit for each `enum ns_grpc_text`.
    package struct Truncation: CutTexts {
        package let rawValue: UInt16

        package init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        /// Part of the metadata was not looked at, so that a traceparent may have been missed.
        package static let metadata = Truncation(rawValue: UInt16(NS_GRPC_METADATA_CUT))
        package static let traceState = Truncation(text: NS_GRPC_TRACESTATE.rawValue)
        package static let peer = Truncation(text: NS_GRPC_PEER.rawValue)
        package static let method = Truncation(text: NS_GRPC_METHOD.rawValue)
        package static let authority = Truncation(text: NS_GRPC_AUTHORITY.rawValue)
    }

    package var side: Side
    package var context: SpanContextRecord
    package var outcome: Outcome
    /// Server: the connection is one of a Unix domain socket.
    package var isUnix: Bool
    /// The other end of the connection.
    package var peer: IPEndpoint?
    /// This end, which only servers know.
    package var local: IPEndpoint?
    package var truncated: Truncation
    /// Server: all tracestate lines joined with commas, not validated. Client: the parent's.
    package var traceState: String
    /// Server, of a call that net/http received: the peer as net.Conn.RemoteAddr prints it.
    package var peerText: String
    /// As sent: `/package.Service/Method`.
    package var method: String
    /// Server: the :authority that the client asked for, or where `isUnix` the path of the socket. Client: the target that
    /// was dialled.
    package var authority: String
}

extension GRPCRecord {
    private static let textLimits = [
        NS_GRPC_TRACESTATE_MAX, NS_GRPC_PEER_MAX, NS_GRPC_METHOD_MAX, NS_GRPC_AUTHORITY_MAX,
    ].map(Int.init)

    /// - Parameters:
    ///   - record: the whole.
    ///   - span: what it begins with.
    init(_ record: UnsafeRawBufferPointer, _ span: ns_span, side: Side) throws(RecordError) {
        var texts = try TextCursor(record, lengthsOffset: Layout.textLengths, limits: Self.textLimits)
        self.side = side
        traceState = texts.next()
        peerText = texts.next()
        method = texts.next()
        authority = texts.next()
        context = try RecordDecoder.context(span)
        outcome = try Self.outcome(
            record[Layout.outcome], status: record.number(at: Layout.status))
        isUnix = record[Layout.isUnix] != 0
        peer = IPEndpoint(record.loadUnaligned(fromByteOffset: Layout.peer, as: ns_ip_address.self))
        local = IPEndpoint(record.loadUnaligned(fromByteOffset: Layout.local, as: ns_ip_address.self))
        truncated = Truncation(rawValue: record.number(at: Layout.truncated))
    }

    private static func outcome(_ value: UInt8, status: UInt32) throws(RecordError) -> Outcome {
        switch UInt32(value) {
        case NS_GRPC_STATUS.rawValue: .status(status)
        case NS_GRPC_NO_STATUS.rawValue: .noStatus
        case NS_GRPC_OTHER_ERROR.rawValue: .otherError
        default: throw .invalidOutcome(value)
        }
    }
}

/// Byte offsets in `struct ns_grpc_span`.
private enum Layout {
    static let status = offset(\.status)
    static let outcome = offset(\.outcome)
    static let isUnix = offset(\.is_unix)
    static let truncated = offset(\.truncated)
    static let peer = offset(\.peer)
    static let local = offset(\.local)
    static let textLengths = offset(\.text_len)

    private static func offset(_ field: PartialKeyPath<ns_grpc_span>) -> Int {
        MemoryLayout.offset(ofField: field)
    }
}
