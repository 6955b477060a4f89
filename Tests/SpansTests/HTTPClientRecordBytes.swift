import CBPF

/// A record of a client as the BPF program lays it out, from the C struct itself.
struct HTTPClientRecordBytes {
    var fixed = ns_http_client_span()
    var texts: [[UInt8]]

    init(
        method: String = "GET", scheme: String = "http", host: String = "shop.example:8080", path: String = "/",
        query: String = "", userAgent: String = "", traceState: String = "", error: String = ""
    ) {
        texts = [method, scheme, host, path, query, userAgent, traceState, error].map { Array($0.utf8) }
        fixed.span = RecordBytes().fixed.span
        fixed.span.kind = UInt16(NS_RECORD_HTTP_CLIENT.rawValue)
        fixed.request_body_size = -1
        fixed.response_body_size = -1
        fixed.status = 200
        fixed.proto_major = 1
        fixed.proto_minor = 1
    }

    /// One that got no response.
    static func failed(_ kind: ns_error_kind, text: String = "") -> HTTPClientRecordBytes {
        var record = HTTPClientRecordBytes(error: text)
        record.fixed.status = 0
        record.fixed.proto_major = 0
        record.fixed.proto_minor = 0
        record.fixed.error_kind = UInt16(kind.rawValue)
        return record
    }

    /// The record, ending behind its last text.
    var bytes: [UInt8] {
        var copy = fixed
        withUnsafeMutableBytes(of: &copy.text_len) { lengths in
            for (index, text) in texts.enumerated() {
                lengths.storeBytes(of: UInt16(text.count), toByteOffset: index * 2, as: UInt16.self)
            }
        }
        let all = texts.joined()
        withUnsafeMutableBytes(of: &copy.text) { $0.copyBytes(from: all.prefix($0.count)) }
        let size = (MemoryLayout<ns_http_client_span>.offset(of: \.text) ?? 0) + all.count
        return withUnsafeBytes(of: copy) { Array($0.prefix(size)) }
    }
}
