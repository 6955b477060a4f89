/// A short hash that nobody can predict who doesn't have the key: SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input
/// PRF", 2012).
struct SipHash {
    static let keySize = 16

    private let first: UInt64
    private let second: UInt64

    /// - Parameter key: `keySize` bytes.
    init(key: some Collection<UInt8>) {
        first = Self.word(key.prefix(8))
        second = Self.word(key.dropFirst(8).prefix(8))
    }

    func hash(_ bytes: some RandomAccessCollection<UInt8>) -> UInt64 {
        var (v0, v1) = (first ^ 0x736f_6d65_7073_6575, second ^ 0x646f_7261_6e64_6f6d)
        var (v2, v3) = (first ^ 0x6c79_6765_6e65_7261, second ^ 0x7465_6462_7974_6573)
        func round() {
            v0 &+= v1
            v2 &+= v3
            v1 = Self.turned(v1, 13) ^ v0
            v3 = Self.turned(v3, 16) ^ v2
            v0 = Self.turned(v0, 32)
            v2 &+= v1
            v0 &+= v3
            v1 = Self.turned(v1, 17) ^ v2
            v3 = Self.turned(v3, 21) ^ v0
            v2 = Self.turned(v2, 32)
        }
        var word: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes {
            word |= UInt64(byte) << shift
            shift += 8
            guard shift == 64 else { continue }
            v3 ^= word
            round()
            round()
            v0 ^= word
            (word, shift) = (0, 0)
        }
        word |= UInt64(truncatingIfNeeded: bytes.count) << 56
        v3 ^= word
        round()
        round()
        v0 ^= word
        v2 ^= 0xff
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    private static func turned(_ word: UInt64, _ count: UInt64) -> UInt64 { word << count | word >> (64 - count) }

    private static func word(_ bytes: some Collection<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
