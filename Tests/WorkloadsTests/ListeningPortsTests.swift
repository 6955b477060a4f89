import Glibc
import Testing
import Workloads

@Suite struct `The ports of a process` {
    /// A socket on loopback, closed by the caller, and its port. -1 for one that doesn't listen.
    private func socket(family: Int32, listening: Bool) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = Glibc.socket(family, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(family)
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let port = try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                // The port, which the kernel chooses, is at the same place in both families' addresses.
                try #require(bind(descriptor, address, length) == 0)
                if listening { try #require(listen(descriptor, 1) == 0) }
                try #require(getsockname(descriptor, address, &length) == 0)
                return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    UInt16(bigEndian: $0.pointee.sin_port)
                }
            }
        }
        return (descriptor, port)
    }

    @Test(arguments: [AF_INET, AF_INET6])
    func `are those that it listens on`(family: Int32) throws {
        let (listening, port) = try socket(family: family, listening: true)
        defer { close(listening) }
        let (bound, other) = try socket(family: family, listening: false)
        defer { close(bound) }
        let ports = ListeningPorts().ports(of: getpid())
        #expect(ports.contains(port))
        #expect(!ports.contains(other))
    }

    @Test func `are none for a process that isn't there`() {
        #expect(ListeningPorts().ports(of: Int32.max) == [])
    }

    @Test func `are read from any text without harm`() {
        let line = "  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 1 0 100 0"
        #expect(ListeningPorts.listening(in: "header\n\(line)\n") == [4711: 8080])
        #expect(ListeningPorts.listening(in: "header\n 0: x:y z 0A\n:::\n\u{0}\n 0: 1:FFFFF 0 0A 0 0 0 0 0 7\n") == [:])
    }
}
