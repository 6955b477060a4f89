import CBPF

/// A record as the BPF programs lay it out, from the C struct itself, so that tests share no layout with the decoder.
struct GRPCRecordBytes {
    var fixed = ns_grpc_span()
    var texts: [[UInt8]]

    init(
        kind: ns_record_kind = NS_RECORD_GRPC_SERVER, traceState: String = "", peer: String = "",
        method: String = "/shop.v1.Cart/Add", authority: String = ""
    ) {
        texts = [traceState, peer, method, authority].map { Array($0.utf8) }
        fixed.span.kind = UInt16(kind.rawValue)
        fixed.span.flags = 1
        fixed.span.counters_slot = 7
        fixed.span.process = ns_process_image(tgid: 4711, exec_id: 3, start_boottime_ns: 99)
        fixed.span.goid = 18
        fixed.span.start_ns = 1_000
        fixed.span.end_ns = 4_000
        withUnsafeMutableBytes(of: &fixed.span.trace_id) { $0.copyBytes(from: 0x01...0x10) }
        withUnsafeMutableBytes(of: &fixed.span.span_id) { $0.copyBytes(from: 0xa1...0xa8) }
    }

    mutating func setStatus(_ code: UInt32) {
        fixed.outcome = UInt8(NS_GRPC_STATUS.rawValue)
        fixed.status = code
    }

    static func address(_ bytes: [UInt8], port: UInt16) -> ns_ip_address {
        var address = ns_ip_address()
        withUnsafeMutableBytes(of: &address.bytes) { $0.copyBytes(from: bytes) }
        address.len = UInt8(bytes.count)
        address.port = port
        return address
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
        let size = (MemoryLayout<ns_grpc_span>.offset(of: \.text) ?? 0) + all.count
        return withUnsafeBytes(of: copy) { Array($0.prefix(size)) }
    }
}
