internal import CBPF

/// A decoded record of the ring buffer of finished spans.
package enum SpanRecord: Sendable {
    case httpServer(HTTPServerRecord)

    package var context: SpanContextRecord {
        switch self {
        case .httpServer(let record): record.context
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
        case NS_RECORD_HTTP_SERVER.rawValue: return .httpServer(try httpServer(record, span))
        default: throw .unknownKind(span.kind)
        }
    }

    private static func context(_ span: ns_span) throws(RecordError) -> SpanContextRecord {
        let traceID = withUnsafeBytes(of: span.trace_id) { bytes in
            TraceID(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
        let spanID = spanID(span.span_id)
        let remoteParent = span.has_remote_parent == 0 ? nil : self.spanID(span.parent_span_id)
        guard !traceID.isInvalid, !spanID.isInvalid, remoteParent?.isInvalid != true else { throw .invalidIdentifier }
        guard span.start_ns <= span.end_ns else {
            throw .endsBeforeStart(startNS: span.start_ns, endNS: span.end_ns)
        }
        return SpanContextRecord(
            traceID: traceID, spanID: spanID, remoteParent: remoteParent, flags: span.flags,
            countersSlot: span.counters_slot, process: span.process, goid: span.goid, startNS: span.start_ns,
            endNS: span.end_ns)
    }

    private typealias EightBytes = (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)

    private static func spanID(_ bytes: EightBytes) -> SpanID {
        SpanID(withUnsafeBytes(of: bytes) { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) })
    }

    private static func httpServer(
        _ record: UnsafeRawBufferPointer, _ span: ns_span
    ) throws(RecordError) -> HTTPServerRecord {
        guard record.count >= HTTPServerLayout.text else {
            throw .tooShort(size: record.count, needed: HTTPServerLayout.text)
        }
        var texts = try TextCursor(record)
        let outcome = try outcome(record[HTTPServerLayout.outcome])
        let status = record.loadUnaligned(fromByteOffset: HTTPServerLayout.status, as: UInt16.self)
        guard status == 0 || (100...999).contains(status) else { throw .invalidStatus(status) }
        return HTTPServerRecord(
            context: try context(span),
            requestBodySize: size(record, at: HTTPServerLayout.requestBodySize),
            responseBodySize: size(record, at: HTTPServerLayout.responseBodySize),
            status: status == 0 ? nil : Int(status),
            protocolMajor: record[HTTPServerLayout.protocolMajor],
            protocolMinor: record[HTTPServerLayout.protocolMinor],
            outcome: outcome,
            isTLS: record[HTTPServerLayout.isTLS] != 0,
            truncated: .init(
                rawValue: record.loadUnaligned(fromByteOffset: HTTPServerLayout.truncated, as: UInt16.self)),
            method: texts.next(), path: texts.next(), query: texts.next(), host: texts.next(),
            remoteAddress: texts.next(), userAgent: texts.next(), traceState: texts.next(), pattern: texts.next())
    }

    private static func size(_ record: UnsafeRawBufferPointer, at offset: Int) -> Int64? {
        let size = record.loadUnaligned(fromByteOffset: offset, as: Int64.self)
        return size < 0 ? nil : size
    }

    private static func outcome(_ value: UInt8) throws(RecordError) -> HTTPServerRecord.Outcome {
        switch UInt32(value) {
        case NS_HTTP_RETURNED.rawValue: .returned
        case NS_HTTP_HIJACKED.rawValue: .hijacked
        case NS_HTTP_ABORTED.rawValue: .aborted
        case NS_HTTP_REJECTED.rawValue: .rejected
        default: throw .invalidOutcome(value)
        }
    }
}

/// Byte offsets in `struct ns_http_server_span`.
///
/// Taken from the neighbour where asking for a field's own offset would name the type of the 2,048-byte text.
private enum HTTPServerLayout {
    static let requestBodySize = offset(\.request_body_size)
    static let responseBodySize = offset(\.response_body_size)
    static let status = offset(\.status)
    static let protocolMajor = offset(\.proto_major)
    static let protocolMinor = offset(\.proto_minor)
    static let outcome = offset(\.outcome)
    static let isTLS = offset(\.is_tls)
    static let truncated = offset(\.truncated)
    static let textLengths = offset(\.text_len)
    static let text = textLengths + MemoryLayout<UInt16>.size * Int(NS_HTTP_TEXT_COUNT.rawValue)

    private static func offset(_ field: PartialKeyPath<ns_http_server_span>) -> Int {
        guard let offset = MemoryLayout<ns_http_server_span>.offset(of: field) else {
            preconditionFailure("a field of a C struct is stored")
        }
        return offset
    }
}

/// Walks the texts of a record in the order of `enum ns_http_text`, all lengths checked beforehand.
private struct TextCursor {
    private let record: UnsafeRawBufferPointer
    private var index = 0
    private var position = HTTPServerLayout.text

    private static let limits = [
        NS_HTTP_METHOD_MAX, NS_HTTP_PATH_MAX, NS_HTTP_QUERY_MAX, NS_HTTP_HOST_MAX, NS_HTTP_REMOTE_ADDR_MAX,
        NS_HTTP_USER_AGENT_MAX, NS_HTTP_TRACESTATE_MAX, NS_HTTP_PATTERN_MAX,
    ].map(Int.init)

    init(_ record: UnsafeRawBufferPointer) throws(RecordError) {
        self.record = record
        var end = HTTPServerLayout.text
        for index in Self.limits.indices {
            let length = Self.length(of: index, in: record)
            guard length <= Self.limits[index] else { throw .textTooLong(index: index, length: length) }
            end += length
        }
        guard end == record.count else { throw .sizeMismatch(size: record.count, expected: end) }
    }

    mutating func next() -> String {
        let end = position + Self.length(of: index, in: record)
        defer {
            index += 1
            position = end
        }
        return String(decoding: record[position..<end], as: UTF8.self)
    }

    private static func length(of index: Int, in record: UnsafeRawBufferPointer) -> Int {
        let offset = HTTPServerLayout.textLengths + MemoryLayout<UInt16>.size * index
        return Int(record.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
}
