internal import CBPF

extension LibraryEntry {
    /// The copy of golang.org/x/net/http2 in net/http/h2_bundle.go, up to Go 1.26.
    static let bundledHTTP2Client = http2Client(
        name: "net/http HTTP/2 client", variant: NS_HTTP2_CLIENT_BUNDLED.rawValue, package: "net/http", prefix: "http2",
        loops: ["RoundTripOpt"])

    /// The implementation that took its place in Go 1.27, with a response type of its own.
    static let internalHTTP2Client = http2Client(
        name: "net/http HTTP/2 client", variant: NS_HTTP2_CLIENT_INTERNAL.rawValue, package: "net/http/internal/http2",
        prefix: "", loops: ["RoundTripOpt"], response: HTTPClientFields.internalResponse,
        copies: HTTPClientFields.internalCopies)

    /// What programs use that configure HTTP/2 by themselves, or speak it without TLS. Built with Go 1.27 it is a wrapper of
    /// net/http's, unless the program has a connection pool of its own. Its releases since 2026 have the loop in
    /// `roundTripViaPool`.
    static let xNetHTTP2Client = http2Client(
        name: "golang.org/x/net/http2 client", variant: NS_HTTP2_CLIENT_X.rawValue, package: "golang.org/x/net/http2",
        prefix: "", loops: ["roundTripViaPool", "RoundTripOpt"], beginsItself: true)

    /// An HTTP/2 client: of Go 1.19 to 1.27 and of golang.org/x/net 0.7 to 0.62 (transport.go).
    ///
    /// `(*Transport).RoundTripOpt` has a loop that calls `(*ClientConn).roundTrip`, up to Go 1.22 `RoundTrip`. Behind it comes
    /// `if err != nil`, with the results in registers: `shouldRetryRequest(req, err)`, and behind that `if err == nil`, for
    /// another round. Where there is no connection and none may be made, which is so for every HTTP/1 request over TLS
    /// by a Transport that speaks HTTP/2 as well, it has returned before.
    ///
    /// - Parameters:
    ///   - prefix: of the names of its types and functions within the package.
    ///   - loops: the methods of its Transport that have had the loop. The first that exists has it.
    ///   - beginsItself: it may be used without a net/http.Transport around it.
    private static func http2Client(
        name: String, variant: UInt32, package: String, prefix: String, loops: [String],
        response: [FieldNeed] = HTTPClientFields.response, copies: [CopyEntry] = HTTPClientFields.copies,
        beginsItself: Bool = false
    ) -> LibraryEntry {
        let retry = "\(package).\(prefix)shouldRetryRequest"
        let roundTrips = ["roundTrip", "RoundTrip"].map { "\(package).(*\(prefix)ClientConn).\($0)" }
        let loopNames = loops.map { "\(package).(*\(prefix)Transport).\($0)" }
        let loops = loopNames.map(CandidateSite.FunctionSelector.named)
        let begin = ProbeEntry(
            program: "http2_client_begin", rate: .everyRequest, need: .required,
            // (t *Transport) RoundTripOpt(req *http.Request, …)
            candidates: loops.map { CandidateSite(function: $0, place: .prologue, arguments: "8 8") })
        let refused = ProbeEntry(
            program: "http2_client_refused", rate: .rare,
            need: .optional(loss: "no span for a request that gets no connection: counted as a missed end"),
            candidates: loops.flatMap { loop in
                roundTrips.map {
                    CandidateSite(function: loop, place: .failingReturns(successOf: $0, besidesIndirectCallBehind: nil))
                }
            })
        return LibraryEntry(
            name: name, anchor: retry, otherAnchors: loopNames, variant: variant,
            probes: (beginsItself ? [begin] : []) + [
                ProbeEntry(
                    program: "http_client_end", rate: .everyRequest, need: .required,
                    candidates: loops.flatMap { loop in
                        roundTrips.map { CandidateSite(function: loop, place: .results(ofCallsTo: $0)) }
                    }),
                ProbeEntry(
                    program: "http2_client_failed", rate: .rare,
                    need: .optional(loss: "no span for a request that fails: counted as a missed end"),
                    candidates: loops.map { CandidateSite(function: $0, place: .results(ofCallsTo: retry)) }),
            ] + (beginsItself ? [refused] : []),
            fields: HTTPClientFields.request + response, maps: [HTTPClientFields.headerMap], copies: copies,
            errors: ErrorType.all)
    }
}
