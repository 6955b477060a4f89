/// The Secure Hash Algorithm of FIPS 180-4, section 6.2.
enum SHA256 {
    /// 64 digits, of the text's UTF-8.
    static func hexadecimal(of text: String) -> String {
        var digits: [UInt8] = []
        for pair in hash(Array(text.utf8)).chunked { JSONText.append(hexadecimal: pair, to: &digits) }
        return String(decoding: digits, as: UTF8.self)
    }

    /// Eight words.
    private static func hash(_ text: [UInt8]) -> [UInt32] {
        var message = text
        message.append(0x80)
        message.append(contentsOf: repeatElement(0, count: (120 - message.count % 64) % 64))
        let bits = UInt64(text.count) * 8
        message += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
        var state = initial
        var schedule = [UInt32](repeating: 0, count: 64)
        for block in stride(from: 0, to: message.count, by: 64) {
            for index in 0..<16 {
                let word = message[(block + 4 * index)..<(block + 4 * index + 4)]
                schedule[index] = word.reduce(0) { $0 << 8 | UInt32($1) }
            }
            compress(&schedule, into: &state)
        }
        return state
    }

    private static func compress(_ schedule: inout [UInt32], into state: inout [UInt32]) {
        for index in 16..<64 {
            let (early, late) = (schedule[index - 15], schedule[index - 2])
            let small = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3
            let large = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10
            schedule[index] = schedule[index - 16] &+ small &+ schedule[index - 7] &+ large
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<64 {
            let late = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
            let first = h &+ late &+ (e & f ^ ~e & g) &+ constants[index] &+ schedule[index]
            let early = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
            let second = early &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ second)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
    }

    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

    private static let primes = (2...311).filter { number in (2..<number).allSatisfy { number % $0 != 0 } }
    /// The fractions of the square roots of the first 8 primes, and of the cube roots of the first 64.
    private static let initial = primes.prefix(8).map { fraction(of: UInt64($0), power: 2) }
    private static let constants = primes.map { fraction(of: UInt64($0), power: 3) }

    /// The first 32 bits of the fraction of a root: the greatest x with x^power <= number * 2^(32 power), exactly.
    private static func fraction(of number: UInt64, power: Int) -> UInt32 {
        var root: UInt64 = 0
        let limit = UInt128(number) << (32 * UInt128(power))
        for bit in (0..<37).reversed() {
            let tried = root | 1 << UInt64(bit)
            let product = (1..<power).reduce(UInt128(tried)) { product, _ in product * UInt128(tried) }
            if product <= limit { root = tried }
        }
        return UInt32(truncatingIfNeeded: root)
    }
}

extension [UInt32] {
    /// Two words each.
    fileprivate var chunked: [UInt64] {
        stride(from: 0, to: count, by: 2).map { UInt64(self[$0]) << 32 | UInt64(self[$0 + 1]) }
    }
}
