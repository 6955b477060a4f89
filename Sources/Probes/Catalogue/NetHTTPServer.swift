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
                    // (serverHandler) ServeHTTP(rw ResponseWriter, req *Request)
                    CandidateSite(
                        function: .named(NetHTTP.serve), place: .calls(to: NetHTTP.serveHTTP), arguments: "{8} {8 8} 8"),
                    // With a profile it may be inlined. The handler's method has its arguments in the same registers.
                    CandidateSite(
                        function: .named(NetHTTP.serve),
                        place: .methodCalls(inInlined: NetHTTP.serveHTTP, method: "ServeHTTP", arguments: "{8 8} 8"),
                        loss: "each request costs a single-stepped probe hit", maySingleStep: true),
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
                    // (w *response) sendExpectationFailed()
                    CandidateSite(
                        function: .named(NetHTTP.serve), place: .calls(to: NetHTTP.sendExpectationFailed),
                        arguments: "8")
                ]),
        ],
        fields: HTTPServerFields.request(of: .http1)
            + HTTPServerFields.route(of: .http1)
            + [
                FieldNeed(.required, [FieldEntry(NetHTTP.response, "conn", .word, \.[server: .http1].response_conn)]),
                FieldNeed(.required, [FieldEntry(NetHTTP.response, "req", .word, \.[server: .http1].response_request)]),
                FieldNeed(
                    .required, [FieldEntry(NetHTTP.response, "status", .word, \.[server: .http1].response_status)]),
                FieldNeed(
                    .optional(loss: "no network.protocol.version"),
                    [
                        FieldEntry(.request, "ProtoMajor", .word, \.[server: .http1].request_proto_major),
                        FieldEntry(.request, "ProtoMinor", .word, \.[server: .http1].request_proto_minor),
                    ]),
                FieldNeed(
                    .optional(loss: "one more read per request"),
                    [FieldEntry(NetHTTP.response, "w", .word, \.[server: .http1].response_writer)]),
                FieldNeed(
                    .optional(loss: "no http.response.body.size"),
                    [FieldEntry(NetHTTP.response, "written", .word, \.[server: .http1].response_written)]),
                FieldNeed(
                    .optional(loss: "a request whose handler hijacks the connection is shown as answered with 200"),
                    [FieldEntry(NetHTTP.connection, "hijackedv", .byte, \.[server: .http1].conn_hijacked)]),
            ],
        maps: [HTTPServerFields.headerMap],
        copies: HTTPServerFields.copies(of: .http1, response: NetHTTP.response))
}

private enum NetHTTP {
    static let serve = "net/http.(*conn).serve"
    static let serveHTTP = "net/http.serverHandler.ServeHTTP"
    static let hijacked = "net/http.(*conn).hijacked"
    static let abortPendingRead = "net/http.(*connReader).abortPendingRead"
    static let disableWriteContinue = "net/http.(*response).disableWriteContinue"
    static let sendExpectationFailed = "net/http.(*response).sendExpectationFailed"
    static let cleanup = CandidateSite.FunctionSelector.literals(in: serve, calling: abortPendingRead)

    static let response = TypeName(package: "net/http", name: "response")
    static let connection = TypeName(package: "net/http", name: "conn")
}
