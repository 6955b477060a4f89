/// Looks through a whole segment, 256 KB at a time.
struct SegmentScan {
    private let segment: Segment
    private let source: MeteredSource

    private static let chunk = 256 << 10
    /// More finds than this aren't worth a look.
    private static let findLimit = 64

    init(_ segment: Segment, _ image: Image) {
        self.segment = segment
        source = image.file.source
    }

    /// Image-relative addresses of the 8-aligned words that equal a value but for some bits.
    func words(equalTo value: UInt64, ignoring bits: UInt64) throws(GoBinaryError) -> [UInt64] {
        try finds(step: 8) { bytes, position in
            bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) & ~bits == value
        }
    }

    /// Image-relative addresses of the 8-aligned words that equal a value.
    func words(equalTo value: UInt64) throws(GoBinaryError) -> [UInt64] {
        try words(equalTo: value, ignoring: 0)
    }

    /// Image-relative addresses of the 16-aligned occurrences of 16 or fewer bytes.
    func occurrences(of pattern: [UInt8]) throws(GoBinaryError) -> [UInt64] {
        try finds(step: 16) { bytes, position in
            bytes[position] == pattern[0] && bytes.count - position >= pattern.count
                && pattern.indices.allSatisfy { bytes[position + $0] == pattern[$0] }
        }
    }

    @inline(__always)
    private func finds(
        step: Int, _ matches: (UnsafeRawBufferPointer, Int) -> Bool
    ) throws(GoBinaryError) -> [UInt64] {
        var found: [UInt64] = []
        var window = Window(capacity: Self.chunk)
        // Chunks start at aligned addresses and hold a whole number of steps, so no match straddles two of them.
        let padding = (UInt64(step) - segment.address % UInt64(step)) % UInt64(step)
        let end = segment.fileSize
        for done in stride(from: padding, to: end, by: Self.chunk) {
            try window.fill(from: source, at: segment.fileOffset + done)
            let length = min(window.count, Int(end - done))
            window.withBytes { bytes in
                for position in stride(from: 0, through: length - step, by: step) where matches(bytes, position) {
                    found.append(segment.address + done + UInt64(position))
                }
            }
            guard window.count == Self.chunk, found.count <= Self.findLimit else { break }
        }
        return Array(found.prefix(Self.findLimit))
    }
}
