import CBPF

/// A record as the BPF program lays it out, from the C struct itself, so that tests share no layout with the decoder.
struct RecordBytes {
    var fixed = ns_http_server_span()
    var texts: [[UInt8]]

    init(
        method: String = "GET", path: String = "/", query: String = "", host: String = "", remoteAddress: String = "",
        userAgent: String = "", traceState: String = "", pattern: String = ""
    ) {
        texts = [traceState, method, path, query, host, remoteAddress, userAgent, pattern].map { Array($0.utf8) }
        fixed.span.kind = UInt16(NS_RECORD_HTTP_SERVER.rawValue)
        fixed.span.flags = 1
        fixed.span.counters_slot = 7
        fixed.span.process = ns_process_image(tgid: 4711, exec_id: 3, start_boottime_ns: 99)
        fixed.span.goid = 18
        fixed.span.start_ns = 1_000
        fixed.span.end_ns = 4_000
        withUnsafeMutableBytes(of: &fixed.span.trace_id) { $0.copyBytes(from: 0x01...0x10) }
        withUnsafeMutableBytes(of: &fixed.span.span_id) { $0.copyBytes(from: 0xa1...0xa8) }
        fixed.request_body_size = -1
        fixed.response_body_size = -1
        fixed.proto_major = 1
        fixed.proto_minor = 1
    }

    mutating func setRemoteParent() {
        fixed.span.parent = UInt8(NS_PARENT_REMOTE.rawValue)
        withUnsafeMutableBytes(of: &fixed.span.parent_span_id) { $0.copyBytes(from: 0xb1...0xb8) }
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
        let size = (MemoryLayout<ns_http_server_span>.offset(of: \.text) ?? 0) + all.count
        return withUnsafeBytes(of: copy) { Array($0.prefix(size)) }
    }
}
