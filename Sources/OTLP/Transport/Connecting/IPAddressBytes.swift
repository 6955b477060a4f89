internal import Glibc

/// An IP address as it stands in URLs and lists: the four or sixteen bytes. An IPv4 address mapped into IPv6 is the same as
/// that address.
struct IPAddressBytes: Equatable, Sendable {
    private let bytes: [UInt8]

    /// Nil for what is no address in the usual form.
    init?(_ text: String) {
        var four = [UInt8](repeating: 0, count: 4)
        var sixteen = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = four
        } else if inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &sixteen) == 1 {
            let isMapped = sixteen[..<10].allSatisfy { $0 == 0 } && sixteen[10] == 0xff && sixteen[11] == 0xff
            bytes = isMapped ? Array(sixteen[12...]) : sixteen
        } else {
            return nil
        }
    }

    var bitCount: Int { bytes.count * 8 }

    /// 127.0.0.0/8 and ::1.
    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// - Parameter bits: of `network`, from the front, that are to be the same.
    func isIn(_ network: IPAddressBytes, bits: Int) -> Bool {
        guard bytes.count == network.bytes.count else { return false }
        let whole = bits / 8
        guard bytes[..<whole] == network.bytes[..<whole] else { return false }
        let rest = bits % 8
        return rest == 0 || (bytes[whole] ^ network.bytes[whole]) >> (8 - rest) == 0
    }
}
