extension GRPCConvention {
    static func appendClientConnection(of record: GRPCRecord, to attributes: inout [Attribute]) {
        guard let peer = record.peer else { return }
        attributes.append("network.peer.address", peer.address)
        attributes.append("network.peer.port", peer.port)
    }
}
