/// A batch that is on disk, in a file of its own: "SEQUENCE-SPANS.batch".
struct SpooledBatch: Sendable {
    static let suffix = ".batch"

    /// The oldest has the lowest.
    let sequence: UInt64
    let spanCount: Int
    /// Of the file.
    let byteCount: Int
    /// None for a batch of an earlier run.
    var shares = BatchShares()

    var name: String { "\(Self.padded(sequence, 20))-\(Self.padded(UInt64(spanCount), 8))\(Self.suffix)" }

    init(sequence: UInt64, spanCount: Int, byteCount: Int, shares: BatchShares = BatchShares()) {
        self.sequence = sequence
        self.spanCount = spanCount
        self.byteCount = byteCount
        self.shares = shares
    }

    /// Nil for a file that no batch is in, by its name.
    init?(name: String, byteCount: Int) {
        guard name.hasSuffix(Self.suffix) else { return nil }
        let parts = name.dropLast(Self.suffix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = UInt64(parts[0]), let spanCount = UInt32(parts[1]),
            // So that there are always more.
            sequence < UInt64.max / 2
        else { return nil }
        self.init(sequence: sequence, spanCount: Int(spanCount), byteCount: byteCount)
        guard self.name == name else { return nil }
    }

    private static func padded(_ number: UInt64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

/// The contents of a batch's file: what tells it apart, the number of its spans, a checksum that only the spool's key makes,
/// and the encoded request.
enum SpoolFile {
    /// With the version behind.
    private static let mark = Array("nodespan spool 1".utf8)
    static let headerSize = mark.count + 8 + 8

    static func bytes(_ batch: SpanQueue.Batch, _ hash: SipHash) -> [UInt8] {
        var counted = mark
        append(UInt64(batch.spanCount), to: &counted)
        var bytes = counted
        append(hash.hash(counted + batch.request), to: &bytes)
        return bytes + batch.request
    }

    /// The request; nil for what isn't what was written.
    static func request(in bytes: [UInt8], of batch: SpooledBatch, _ hash: SipHash) -> [UInt8]? {
        guard bytes.count >= headerSize, bytes.starts(with: mark) else { return nil }
        let counted = bytes[..<(mark.count + 8)]
        let request = bytes[headerSize...]
        guard number(counted.suffix(8)) == UInt64(batch.spanCount),
            number(bytes[..<headerSize].suffix(8)) == hash.hash(Array(counted + request))
        else { return nil }
        return Array(request)
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
