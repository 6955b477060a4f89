/// The other end of a connection, from what net.Conn.RemoteAddr prints.
struct PeerAddress: Equatable {
    /// An IP address with its zone, or the name of a Unix socket.
    var address: String
    var port: UInt16?

    /// Nil for an unnamed Unix socket (net.UnixAddr prints "" or "@") and for what is no address at all, such as "pipe".
    init?(_ remoteAddress: String) {
        guard let first = remoteAddress.utf8.first else { return nil }
        if first == UInt8(ascii: "/") || first == UInt8(ascii: "@") {
            guard remoteAddress.utf8.count > 1 else { return nil }
            address = remoteAddress
            return
        }
        guard let parts = HostPort(remoteAddress), let port = parts.port else { return nil }
        address = parts.host
        self.port = port
    }
}
