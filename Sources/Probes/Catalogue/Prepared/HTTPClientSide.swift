/// The client of net/http, Go 1.19 to 1.27 (net/http/transport.go).
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
        arguments: [
            // (t *Transport) roundTrip(req *Request)
            ArgumentNeed("request", of: "net/http.(*Transport).roundTrip", .init(shape: "8 8", argument: 1))
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
}

extension TypeName {
    fileprivate static let response = TypeName("net/http", "Response")
    fileprivate static let persistConn = TypeName("net/http", "persistConn")
}
