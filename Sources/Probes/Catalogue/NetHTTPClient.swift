internal import CBPF

extension LibraryEntry {
    /// The client of net/http: every request of a `http.Client` goes through `(*Transport).roundTrip`, whatever the protocol
    /// (net/http/transport.go).
    ///
    /// The sites, read in the code of Go 1.19 to 1.27 and counted live:
    /// - It begins with roundTrip itself; `RoundTrip` and `(*Client).Do` are inlined into their callers.
    /// - An HTTP/1 response comes back from `(*persistConn).roundTrip`, which is called again where a request is sent again
    ///   on another connection. `if err == nil` follows, with the results in registers.
    /// - An HTTP/2 response comes back from an interface's `RoundTrip`, for the first request on a connection from that of
    ///   the connection, and then from that of `alternateRoundTripper`. It has been seen in the HTTP/2 implementation.
    /// - Errors are returned in a dozen places. What fails in `alternateRoundTripper`'s is returned like a response, and has
    ///   been seen as well.
    static let netHTTPClient = LibraryEntry(
        name: "net/http client",
        anchor: NetHTTPClient.roundTrip,
        variant: NS_HTTP_CLIENT.rawValue,
        probes: [
            ProbeEntry(
                program: "http_client_begin", rate: .everyRequest, need: .required,
                // (t *Transport) roundTrip(req *Request)
                candidates: [
                    CandidateSite(function: .named(NetHTTPClient.roundTrip), place: .prologue, arguments: "8 8")
                ]),
            ProbeEntry(
                program: "http_client_end", rate: .everyRequest, need: .required,
                candidates: [
                    CandidateSite(
                        function: .named(NetHTTPClient.roundTrip),
                        place: .results(ofCallsTo: NetHTTPClient.connectionRoundTrip)),
                    CandidateSite(
                        function: .named(NetHTTPClient.connectionRoundTrip), place: .returns,
                        loss: "each request costs a single-stepped probe hit", maySingleStep: true),
                ]),
            ProbeEntry(
                program: "http_client_failed", rate: .rare,
                need: .optional(loss: "no span for a request that fails: counted as a missed end"),
                candidates: [
                    CandidateSite(
                        function: .named(NetHTTPClient.roundTrip),
                        place: .failingReturns(
                            successOf: NetHTTPClient.connectionRoundTrip,
                            besidesIndirectCallBehind: NetHTTPClient.alternateRoundTripper))
                ]),
        ],
        fields: HTTPClientFields.request + HTTPClientFields.response,
        maps: [HTTPClientFields.headerMap],
        copies: HTTPClientFields.copies,
        errors: ErrorType.all)
}

private enum NetHTTPClient {
    static let roundTrip = "net/http.(*Transport).roundTrip"
    static let connectionRoundTrip = "net/http.(*persistConn).roundTrip"
    static let alternateRoundTripper = "net/http.(*Transport).alternateRoundTripper"
}
