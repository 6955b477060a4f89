extension GRPCConvention {
    /// What the client asked for goes before what it got to.
    static func appendClientConnection(of record: GRPCRecord, to attributes: inout [Attribute]) {
        if let target = GRPCTarget(record.authority) {
            attributes.append("server.address", target.address)
            if let port = target.port, !record.truncated.contains(.authority) { attributes.append("server.port", port) }
        } else if let peer = record.peer {
            attributes.append("server.address", peer.address)
            attributes.append("server.port", peer.port)
        }
        guard let peer = record.peer else { return }
        attributes.append("network.peer.address", peer.address)
        attributes.append("network.peer.port", peer.port)
    }
}
