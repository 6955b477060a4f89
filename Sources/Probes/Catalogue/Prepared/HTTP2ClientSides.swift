/// Clients that speak HTTP/2: of Go 1.19 to 1.27 (net/http/h2_bundle.go, net/http/internal/http2/transport.go) and of
/// golang.org/x/net 0.7 to 0.62 (http2/transport.go).
extension PreparedSide {
    /// The client that `http.Transport` speaks HTTP/2 with. Go 1.27 has it in a package of its own, and
    /// `net/http.http2ClientConn` is a wrapper of another kind there.
    static let standardHTTP2Client = http2Client(
        name: "net/http HTTP/2 client",
        implementations: [("net/http/internal/http2", ""), ("net/http", "http2")])

    /// What programs use that configure HTTP/2 by themselves. Built with Go 1.27 it is a wrapper of net/http's, without
    /// `writeHeaders`.
    static let xNetHTTP2Client = http2Client(
        name: "golang.org/x/net/http2 client", implementations: [("golang.org/x/net/http2", "")])

    /// - Parameter implementations: a package and what its names begin with, for each place that it has been in.
    private static func http2Client(
        name: String, implementations: [(package: String, prefix: String)]
    ) -> PreparedSide {
        func method(_ type: String, _ name: String) -> [String] {
            implementations.map { "\($0.package).(*\($0.prefix)\(type)).\(name)" }
        }
        func fields(_ type: String, _ names: [(String, FieldName.Shape)]) -> [[FieldName]] {
            implementations.map { implementation in
                let type = TypeName(implementation.package, implementation.prefix + type)
                return names.map { FieldName(type, $0.0, $0.1) }
            }
        }
        return PreparedSide(
            name: name,
            anchors: method("ClientConn", "writeHeaders"),
            functions: [
                // Up to Go 1.22, what `roundTrip` does is in `RoundTrip` itself.
                FunctionNeed(
                    "begins and ends a request",
                    alternatives: method("ClientConn", "roundTrip") + method("ClientConn", "RoundTrip")),
                FunctionNeed(
                    "has the stream of a request", alternatives: method("clientStream", "encodeAndWriteHeaders")),
                FunctionNeed("writes the header", alternatives: method("ClientConn", "writeHeaders")),
                FunctionNeed("writes the frame of the header", alternatives: method("Framer", "WriteHeaders")),
            ],
            fields: [
                PathNeed(
                    "connection",
                    alternatives: fields(
                        "ClientConn",
                        [("tconn", .interface), ("nextStreamID", .half), ("bw", .word), ("fr", .word)])),
                PathNeed("stream", alternatives: fields("clientStream", [("cc", .word), ("ID", .half)])),
                PathNeed("frame being written", alternatives: fields("Framer", [("w", .interface), ("wbuf", .slice)])),
                .bufferedWriter,
            ])
    }
}

extension FunctionNeed {
    init(_ purpose: String, alternatives: [String], presence: Presence = .always) {
        self.init(purpose, presence: presence)
        self.alternatives = alternatives
    }
}

extension PathNeed {
    init(_ purpose: String, alternatives: [[FieldName]], presence: Presence = .always) {
        self.init(purpose, presence: presence)
        self.alternatives = alternatives
    }
}
