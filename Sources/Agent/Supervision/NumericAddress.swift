import Glibc

/// An IP address in any of the ways that getaddrinfo(3) takes: "127.1", "0x7f.0.0.1" and "::ffff:127.0.0.1" are one.
struct NumericAddress {
    /// 4 or 16.
    private let bytes: [UInt8]

    /// Nil for a name.
    init?(_ text: String) {
        var four = in_addr()
        var sixteen = in6_addr()
        if inet_aton(text, &four) != 0 {
            bytes = withUnsafeBytes(of: four) { Array($0) }
        } else if inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &sixteen) == 1 {
            let all = withUnsafeBytes(of: sixteen) { Array($0) }
            bytes = Self.isIPv4(all) ? Array(all.suffix(4)) : all
        } else {
            return nil
        }
    }

    /// This machine's, or any of it: 127.0.0.0/8, 0.0.0.0/8, ::1 and ::.
    var isLoopback: Bool {
        if bytes.count == 4 { return bytes[0] == 127 || bytes[0] == 0 }
        return bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] <= 1
    }

    /// As it is to be written where it is loopback: that of any address is 127.0.0.1 or ::1. Nil for others.
    var loopbackText: String? {
        guard isLoopback else { return nil }
        if bytes.count == 16 { return "::1" }
        return bytes[0] == 0 ? "127.0.0.1" : bytes.map { "\($0)" }.joined(separator: ".")
    }

    /// 169.254.0.0/16, where machines of clouds find what they are and may do, fe80::/10, and the addresses that some clouds
    /// have for it besides: AWS, Google, Azure, Alibaba and Oracle.
    var isLinkLocal: Bool {
        if bytes.count == 4 {
            return bytes[..<2] == [169, 254]
                || [[168, 63, 129, 16], [100, 100, 100, 200], [192, 0, 0, 192]].contains(bytes)
        }
        return bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 || bytes[..<4] == [0xfd, 0x00, 0x0e, 0xc2]
            || bytes[..<4] == [0xfd, 0x20, 0x00, 0xce]
    }

    /// IPv4-mapped, IPv4-compatible, and behind NAT64's 64:ff9b::/96 and 64:ff9b:1::/48 (RFC 4291, RFC 6052, RFC 8215).
    private static func isIPv4(_ bytes: [UInt8]) -> Bool {
        let zeros = bytes[..<10].allSatisfy { $0 == 0 }
        if zeros, bytes[10] == 0xff, bytes[11] == 0xff { return true }
        if zeros, bytes[10] == 0, bytes[11] == 0 { return bytes[12] != 0 }
        guard bytes[..<4] == [0x00, 0x64, 0xff, 0x9b] else { return false }
        return bytes[4..<6] == [0, 1] || bytes[4..<12].allSatisfy { $0 == 0 }
    }
}
