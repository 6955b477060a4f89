internal import CBPF
internal import Glibc

/// An IP address and a port, as net.TCPAddr has them: `struct ns_ip_address`, decoded.
package struct IPEndpoint: Sendable, Equatable {
    /// IPv4 in dotted form, also where the program has it as an IPv6 address; else as RFC 5952 has it, without a zone.
    package var address: String
    package var port: UInt16

    /// Nil for what is no address.
    init?(_ value: ns_ip_address) {
        guard let address = withUnsafeBytes(of: value.bytes, { Self.text($0, length: Int(value.len)) }) else {
            return nil
        }
        self.address = address
        port = value.port
    }

    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

    private static func text(_ bytes: UnsafeRawBufferPointer, length: Int) -> String? {
        switch length {
        case 4: return dotted(bytes.prefix(4))
        case 16 where bytes.prefix(12).elementsEqual(mappedPrefix): return dotted(bytes[12..<16])
        case 16:
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            guard inet_ntop(AF_INET6, bytes.baseAddress, &text, socklen_t(text.count)) != nil else { return nil }
            return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        default: return nil
        }
    }

    private static func dotted(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map(String.init).joined(separator: ".")
    }
}
