internal import CBPF

extension LibraryEntry {
    /// The copy of golang.org/x/net/http2 in net/http/h2_bundle.go, up to Go 1.26.
    static let bundledHTTP2Server = http2Server(
        name: "net/http HTTP/2 server", kind: .bundledHTTP2, package: "net/http", prefix: "http2")

    /// The implementation that took its place in Go 1.27.
    static let internalHTTP2Server = http2Server(
        name: "net/http HTTP/2 server", kind: .internalHTTP2, package: "net/http/internal/http2", prefix: "")

    /// What serves HTTP/2 without TLS (its h2c package), and programs that configure HTTP/2 by themselves. Built with Go
    /// 1.27, it hands over to net/http instead.
    static let xNetHTTP2Server = http2Server(
        name: "golang.org/x/net/http2 server", kind: .xNetHTTP2, package: "golang.org/x/net/http2", prefix: "")

    /// An HTTP/2 server. Each stream has a goroutine that runs `(*serverConn).runHandler(rw, req, handler)`, whatever the
    /// handler is: `serverHandler`, which HTTP/1 goes by, is not among those of h2c and `ServeConn`. A function literal
    /// deferred there calls `(*responseWriter).handlerDone` behind a handler that returned, and
    /// `(*serverConn).writeFrameFromHandler`, to reset the stream, behind one that panicked or called `runtime.Goexit`
    /// (server.go of x/net/http2 and of net/http/internal/http2).
    ///
    /// - Parameter prefix: of the names of its types within the package.
    private static func http2Server(
        name: String, kind: HTTPServerKind, package: String, prefix: String
    ) -> LibraryEntry {
        let runHandler = "\(package).(*\(prefix)serverConn).runHandler"
        let handlerDone = "\(package).(*\(prefix)responseWriter).handlerDone"
        let writeFrame = "\(package).(*\(prefix)serverConn).writeFrameFromHandler"
        let deferred = CandidateSite.FunctionSelector.literals(in: runHandler, calling: handlerDone)
        let response = TypeName(package: package, name: "\(prefix)responseWriterState")
        return LibraryEntry(
            name: name, anchor: runHandler, variant: kind.variant,
            probes: [
                ProbeEntry(
                    program: "http2_server_begin", rate: .everyRequest, need: .required,
                    // (sc *serverConn) runHandler(rw *responseWriter, req *http.Request, …)
                    candidates: [CandidateSite(function: .named(runHandler), place: .prologue, arguments: "8 8 8")]),
                ProbeEntry(
                    program: "http2_server_end", rate: .everyRequest, need: .required,
                    // With a profile it may be inlined; what it calls first is then to flush the response.
                    candidates: [CandidateSite(function: deferred, place: .calls(to: handlerDone))]
                        + ["FlushError", "Flush"].map {
                            let flush = "\(package).(*\(prefix)responseWriter).\($0)"
                            return CandidateSite(
                                function: .literals(in: runHandler, calling: flush), place: .calls(to: flush))
                        }),
                ProbeEntry(
                    program: "http2_server_abort", rate: .rare,
                    need: .optional(loss: "a request whose handler panics stays in flight"),
                    candidates: [
                        CandidateSite(
                            function: .literals(in: runHandler, calling: writeFrame), place: .calls(to: writeFrame))
                    ]),
            ],
            fields: HTTPServerFields.request(of: kind)
                + HTTPServerFields.route(of: kind)
                + [
                    FieldNeed(
                        .required,
                        [
                            FieldEntry(
                                TypeName(package: package, name: "\(prefix)responseWriter"), "rws", .word,
                                \.[server: kind].writer_response)
                        ]),
                    FieldNeed(.required, [FieldEntry(response, "status", .word, \.[server: kind].response_status)]),
                    FieldNeed(
                        .optional(loss: "no http.response.body.size"),
                        [FieldEntry(response, "wroteBytes", .word, \.[server: kind].response_written)]),
                ],
            maps: [HTTPServerFields.headerMap],
            copies: HTTPServerFields.copies(of: kind, response: response))
    }
}
