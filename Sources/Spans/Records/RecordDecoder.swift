internal import CBPF

/// A decoded record of the ring buffer of finished spans.
package enum SpanRecord: Sendable {
    case httpServer(HTTPServerRecord)
    case grpc(GRPCRecord)
    case httpClient(HTTPClientRecord)

    package var context: SpanContextRecord {
        switch self {
        case .httpServer(let record): record.context
        case .grpc(let record): record.context
        case .httpClient(let record): record.context
        }
    }
}

/// Decodes records of the ring buffer of finished spans: `struct ns_span` and what follows it by kind.
///
/// Everything in a record that came from the traced program is hostile: lengths are checked against their limits and
/// against the record's size before any text is read.
package enum RecordDecoder {
    /// - Parameter record: exactly one record, valid for the length of the call and aligned in any way.
    package static func decode(_ record: UnsafeRawBufferPointer) throws(RecordError) -> SpanRecord {
        let needed = MemoryLayout<ns_span>.size
        guard record.count >= needed else { throw .tooShort(size: record.count, needed: needed) }
        let span = record.loadUnaligned(as: ns_span.self)
        switch UInt32(span.kind) {
        case NS_RECORD_HTTP_SERVER.rawValue: return .httpServer(try HTTPServerRecord(record, span))
        case NS_RECORD_GRPC_SERVER.rawValue: return .grpc(try GRPCRecord(record, span, side: .server))
        case NS_RECORD_GRPC_CLIENT.rawValue: return .grpc(try GRPCRecord(record, span, side: .client))
        case NS_RECORD_HTTP_CLIENT.rawValue: return .httpClient(try HTTPClientRecord(record, span))
        default: throw .unknownKind(span.kind)
        }
    }

    static func context(_ span: ns_span) throws(RecordError) -> SpanContextRecord {
        let traceID = withUnsafeBytes(of: span.trace_id) { bytes in
            TraceID(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
        let spanID = spanID(span.span_id)
        let parent = UInt32(span.parent) == NS_PARENT_NONE.rawValue ? nil : self.spanID(span.parent_span_id)
        guard !traceID.isInvalid, !spanID.isInvalid, parent?.isInvalid != true else { throw .invalidIdentifier }
        guard span.start_ns <= span.end_ns else {
            throw .endsBeforeStart(startNS: span.start_ns, endNS: span.end_ns)
        }
        return SpanContextRecord(
            traceID: traceID, spanID: spanID, parent: parent,
            parentIsRemote: UInt32(span.parent) == NS_PARENT_REMOTE.rawValue, flags: span.flags,
            countersSlot: span.counters_slot, process: span.process, goid: span.goid, startNS: span.start_ns,
            endNS: span.end_ns)
    }

    private typealias EightBytes = (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)

    private static func spanID(_ bytes: EightBytes) -> SpanID {
        SpanID(withUnsafeBytes(of: bytes) { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) })
    }
}
