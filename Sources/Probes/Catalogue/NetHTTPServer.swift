internal import CBPF

extension LibraryEntry {
    /// HTTP/1 servers of net/http.
    ///
    /// The sites, counted live on Go 1.19, 1.24 and 1.27 (net/http/server.go):
    /// - `(*conn).serve` calls `serverHandler.ServeHTTP` once a request, and behind it `hijacked`: after every handler
    ///   that returns, and after none that panics.
    /// - A panic, or `runtime.Goexit`, leads to `serve`'s deferred function literal, the one that calls
    ///   `abortPendingRead`. In it, a response still in flight is cancelled; from Go 1.24 on it is then detached
    ///   with `disableWriteContinue`, and only before 1.24 the call of the cancel function is the last trace.
    /// - A request with an unknown `Expect` header is answered by `sendExpectationFailed`, without a handler.
    static let netHTTPServer = LibraryEntry(
        name: "net/http server",
        anchor: NetHTTP.serve,
        probes: [
            ProbeEntry(
                program: "http_server_begin", rate: .everyRequest, need: .required,
                candidates: [
                    CandidateSite(function: .named(NetHTTP.serve), place: .calls(to: NetHTTP.serveHTTP)),
                    CandidateSite(function: .named(NetHTTP.serveHTTP), place: .prologue),
                ]),
            ProbeEntry(
                program: "http_server_end", rate: .everyRequest, need: .required,
                candidates: [
                    CandidateSite(
                        function: .named(NetHTTP.serve),
                        place: .callFollowing(program: "http_server_begin", to: NetHTTP.hijacked))
                ]),
            ProbeEntry(
                program: "http_server_abort", rate: .rare,
                need: .optional(loss: "no span for a request whose handler panics: counted as a missed end"),
                candidates: [
                    CandidateSite(function: NetHTTP.cleanup, place: .calls(to: NetHTTP.disableWriteContinue)),
                    CandidateSite(function: NetHTTP.cleanup, place: .indirectCall(beforeCallTo: NetHTTP.hijacked)),
                    CandidateSite(
                        function: NetHTTP.cleanup, place: .calls(to: NetHTTP.abortPendingRead),
                        loss: "no span for a request whose handler hijacks the connection and then panics"),
                ]),
            ProbeEntry(
                program: "http_server_reject", rate: .rare,
                need: .optional(loss: "no span for a request that the server itself answers with 417"),
                candidates: [
                    CandidateSite(function: .named(NetHTTP.serve), place: .calls(to: NetHTTP.sendExpectationFailed))
                ]),
        ],
        fields: NetHTTP.fields,
        maps: [
            MapNeed(
                type: NetHTTP.header, need: .optional(loss: "no parent from traceparent, and no user_agent.original"),
                fact: \.header_map)
        ],
        copies: [
            CopyEntry(
                type: NetHTTP.request, limit: NS_HTTP_REQUEST_READ_MAX, fact: \.http_server.request_read),
            CopyEntry(type: NetHTTP.url, limit: NS_HTTP_URL_READ_MAX, fact: \.http_server.url_read),
            CopyEntry(
                type: NetHTTP.response, limit: NS_HTTP_RESPONSE_READ_MAX, fact: \.http_server.response_read),
        ])
}

private enum NetHTTP {
    static let serve = "net/http.(*conn).serve"
    static let serveHTTP = "net/http.serverHandler.ServeHTTP"
    static let hijacked = "net/http.(*conn).hijacked"
    static let abortPendingRead = "net/http.(*connReader).abortPendingRead"
    static let disableWriteContinue = "net/http.(*response).disableWriteContinue"
    static let sendExpectationFailed = "net/http.(*response).sendExpectationFailed"
    static let cleanup = CandidateSite.FunctionSelector.literals(in: serve, calling: abortPendingRead)

    static let header = TypeName(package: "net/http", name: "Header")
    static let request = TypeName(package: "net/http", name: "Request")
    static let response = TypeName(package: "net/http", name: "response")
    static let connection = TypeName(package: "net/http", name: "conn")
    static let pattern = TypeName(package: "net/http", name: "pattern")
    static let url = TypeName(package: "net/url", name: "URL")

    static let fields = [
        FieldNeed(.required, [.goroutineID]),
        FieldNeed(.required, [FieldEntry(request, "Method", .string, \.http_server.request_method)]),
        FieldNeed(.required, [FieldEntry(request, "URL", .word, \.http_server.request_url)]),
        FieldNeed(.required, [FieldEntry(url, "Path", .string, \.http_server.url_path)]),
        FieldNeed(.required, [FieldEntry(response, "conn", .word, \.http_server.response_conn)]),
        FieldNeed(.required, [FieldEntry(response, "req", .word, \.http_server.response_request)]),
        FieldNeed(.required, [FieldEntry(response, "status", .word, \.http_server.response_status)]),
        FieldNeed(
            .optional(loss: "no network.protocol.version"),
            [
                FieldEntry(request, "ProtoMajor", .word, \.http_server.request_proto_major),
                FieldEntry(request, "ProtoMinor", .word, \.http_server.request_proto_minor),
            ]),
        FieldNeed(
            .optional(loss: "no parent from traceparent, and no user_agent.original"),
            [FieldEntry(request, "Header", .word, \.http_server.request_header)]),
        FieldNeed(
            .optional(loss: "no http.request.body.size"),
            [FieldEntry(request, "ContentLength", .word, \.http_server.request_content_length)]),
        FieldNeed(
            .optional(loss: "no server.address and server.port"),
            [FieldEntry(request, "Host", .string, \.http_server.request_host)]),
        FieldNeed(
            .optional(loss: "no client.address and client.port"),
            [FieldEntry(request, "RemoteAddr", .string, \.http_server.request_remote_addr)]),
        FieldNeed(
            .optional(loss: "url.scheme doesn't tell https from http"),
            [FieldEntry(request, "TLS", .word, \.http_server.request_tls)]),
        FieldNeed(
            .optional(loss: "no http.route"),
            [FieldEntry(request, "Pattern", .string, \.http_server.request_pattern, isCopied: false)],
            [
                FieldEntry(request, "pat", .word, \.http_server.request_pat, isCopied: false),
                FieldEntry(pattern, "str", .string, \.http_server.pattern_str),
            ],
            introducedWith: pattern),
        FieldNeed(.optional(loss: "no url.query"), [FieldEntry(url, "RawQuery", .string, \.http_server.url_raw_query)]),
        FieldNeed(
            .optional(loss: "one more read per request"),
            [FieldEntry(response, "w", .word, \.http_server.response_writer)]),
        FieldNeed(
            .optional(loss: "no http.response.body.size"),
            [FieldEntry(response, "written", .word, \.http_server.response_written)]),
        FieldNeed(
            .optional(loss: "a request whose handler hijacks the connection is shown as answered with 200"),
            [FieldEntry(connection, "hijackedv", .byte, \.http_server.conn_hijacked)]),
    ]
}

extension FieldEntry {
    /// In flight, a request is known by its goroutine.
    static let goroutineID = FieldEntry(TypeName(package: "runtime", name: "g"), "goid", .word, \.goid)
}
