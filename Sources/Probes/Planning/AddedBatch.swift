/// Finds what amd64 code adds a batch of goroutine numbers to. Go 1.19 to 1.27 have, in `runtime.newproc1`,
/// `mov $16,%X; lea counter(%rip),%Y; lock xadd %X,(%Y)`.
enum AddedBatch {
    /// `runtime._GoidCacheBatch`
    private static let size: UInt8 = 16
    private static let loadLength = 7
    private static let addLength = 5

    /// The address of `runtime.sched.goidgen`; nil where there is no such code, or more of it.
    static func counter(in code: [UInt8], at address: UInt64) -> UInt64? {
        var found: UInt64?
        for start in code.indices.dropLast(loadLength + addLength - 1) {
            let end = start + loadLength
            guard let target = loaded(code[start..<end]), let added = added(code[end..<end + addLength], to: target),
                code[..<start].ends(with: constant(in: added))
            else { continue }
            guard found == nil else { return nil }
            found = address &+ UInt64(end) &+ UInt64(bitPattern: displacement(code[(end - 4)..<end]))
        }
        return found
    }

    /// The register that `lea displacement(%rip),%Y` loads.
    private static func loaded(_ bytes: ArraySlice<UInt8>) -> UInt8? {
        let code = Array(bytes.prefix(3))
        guard code[0] & 0xfb == 0x48, code[1] == 0x8d, code[2] & 0xc7 == 0x05 else { return nil }
        return (code[0] & 4) << 1 | code[2] >> 3 & 7
    }

    /// The register that `lock xadd %X,(%Y)` adds.
    private static func added(_ bytes: ArraySlice<UInt8>, to target: UInt8) -> UInt8? {
        let code = Array(bytes)
        // Registers 4, 5, 12 and 13 can't be written to in so few bytes.
        guard code[0] == 0xf0, code[1] & 0xfa == 0x48, code[2] == 0x0f, code[3] == 0xc1, target & 6 != 4,
            code[1] & 1 == target >> 3, code[4] & 0xc7 == target & 7
        else { return nil }
        return (code[1] & 4) << 1 | code[4] >> 3 & 7
    }

    /// `mov $16,%X`
    private static func constant(in register: UInt8) -> [UInt8] {
        (register < 8 ? [] : [0x41]) + [0xb8 | register & 7, size, 0, 0, 0]
    }

    private static func displacement(_ bytes: ArraySlice<UInt8>) -> Int64 {
        Int64(Int32(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }))
    }
}

extension Collection<UInt8> where Self: BidirectionalCollection {
    fileprivate func ends(with bytes: [UInt8]) -> Bool {
        reversed().starts(with: bytes.reversed())
    }
}
