/// Clients of net/http and of its two relatives that speak HTTP/2. The names are those of Go 1.19 to 1.27 (net/http/transport.go,
/// net/http/h2_bundle.go, net/http/internal/http2/transport.go) and of golang.org/x/net 0.7 to 0.62 (http2/transport.go).
extension PreparedSide {
    /// Every request of a `http.Client` goes through `(*Transport).roundTrip`, whatever the protocol: `RoundTrip` and
    /// `(*Client).Do` are inlined into their callers.
    static let netHTTPClient = PreparedSide(
        name: "net/http client",
        anchors: ["net/http.(*Transport).roundTrip"],
        functions: [
            FunctionNeed("begins and ends a request", "net/http.(*Transport).roundTrip"),
            FunctionNeed("sends the request over HTTP/1", "net/http.(*persistConn).roundTrip"),
            FunctionNeed("writes the header of HTTP/1", "net/http.Header.writeSubset"),
            FunctionNeed("writes to the connection", "net/http.persistConnWriter.Write"),
        ],
        fields: [
            PathNeed("method", [FieldName(.request, "Method", .string)]),
            PathNeed(
                "URL",
                [
                    FieldName(.request, "URL.Scheme", .string), FieldName(.request, "URL.Host", .string),
                    FieldName(.request, "URL.Path", .string), FieldName(.request, "URL.RawQuery", .string),
                ]),
            PathNeed("address of the server", [FieldName(.request, "Host", .string)]),
            PathNeed("header", [FieldName(.request, "Header", .word)]),
            PathNeed("size of the request", [FieldName(.request, "ContentLength", .word)]),
            PathNeed("context of the request", [FieldName(.request, "ctx", .interface)]),
            PathNeed("status", [FieldName(.response, "StatusCode", .word)]),
            PathNeed("size of the response", [FieldName(.response, "ContentLength", .word)]),
            PathNeed(
                "protocol version",
                [FieldName(.response, "ProtoMajor", .word), FieldName(.response, "ProtoMinor", .word)]),
            PathNeed(
                "connection",
                [FieldName(.persistConn, "conn", .interface), FieldName(.persistConn, "tlsState", .word)]),
            .bufferedWriter,
            .contextValues,
        ])

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

    /// bufio/bufio.go
    static let bufferedWriter = PathNeed(
        "bytes not yet sent",
        [
            FieldName(.bufioWriter, "buf", .slice), FieldName(.bufioWriter, "n", .word),
            FieldName(.bufioWriter, "wr", .interface),
        ])

    /// The chain of contexts, through which a request finds the span that it belongs to (context/context.go).
    static let contextValues = PathNeed(
        "values of a context",
        [
            FieldName(TypeName("context", "valueCtx"), "Context", .interface),
            FieldName(TypeName("context", "valueCtx"), "key", .interface),
            FieldName(TypeName("context", "valueCtx"), "val", .interface),
            FieldName(TypeName("context", "cancelCtx"), "Context", .interface),
            FieldName(TypeName("context", "timerCtx"), "Context", .interface),
        ])
}

extension TypeName {
    fileprivate static let response = TypeName("net/http", "Response")
    fileprivate static let persistConn = TypeName("net/http", "persistConn")
    static let bufioWriter = TypeName("bufio", "Writer")
}
