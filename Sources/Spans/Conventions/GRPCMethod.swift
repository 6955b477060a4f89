/// The full name of a gRPC method, as it goes over the wire: `/package.Service/Method`.
struct GRPCMethod: Equatable {
    /// `package.Service`; absent when the name has no such part.
    var service: String?
    var method: String

    /// A server splits at the last slash, and older ones do without the first (server.go of google.golang.org/grpc).
    init(_ path: String) {
        let name = path.utf8.first == UInt8(ascii: "/") ? path.dropFirst() : path[...]
        guard let slash = name.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            method = String(name)
            return
        }
        service = String(name[..<slash])
        method = String(name[name.utf8.index(after: slash)...])
    }

    /// `package.Service/Method`; what is no method's name would make a name of its own for each.
    var spanName: String {
        guard let service else { return "grpc" }
        return "\(service)/\(method)"
    }
}
