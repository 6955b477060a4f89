internal import CBPF

/// Where the trace contexts of client spans get into the requests of net/http. All of it is memory of the program's own, at
/// moments when the goroutine that is stopped there is the only one that uses it.
extension LibraryEntry {
    /// HTTP/1: `(*Request).write` (net/http/request.go) writes the request line, Host, User-Agent and what concerns the body
    /// to a buffered writer, then calls `Header.writeSubset` for the request's own headers. There, a line is put behind those
    /// that are in the buffer, and counted in: as if the header map had one more, however often the buffer was flushed
    /// before.
    ///
    /// It is safe because a connection's writer belongs to its `writeLoop` goroutine alone, which is stopped between two
    /// writes to it, and because `bufio.Writer` keeps nothing of what is behind `n` bytes. The writer's type is checked, and
    /// that of the writer behind it: requests are also written to files, logs and buffers, with the same function and header
    /// map.
    ///
    /// `extraHeaders`, which the transport adds, come by another call of the same function; that one isn't probed.
    static let httpPropagation = LibraryEntry(
        name: "net/http client propagation", anchor: "net/http.(*persistConn).writeLoop", purpose: .propagation,
        probes: [
            ProbeEntry(
                program: "http1_propagate", rate: .everyRequest, need: .required,
                candidates: [
                    // (h Header) writeSubset(w io.Writer, exclude map[string]bool, trace *httptrace.ClientTrace)
                    CandidateSite(
                        function: .named("net/http.(*Request).write"),
                        place: .firstCall(
                            to: "net/http.Header.writeSubset",
                            behindCallOf: "net/http.(*transferWriter).writeHeader"),
                        arguments: "8 {8 8} 8 8"),
                    // With a profile, either may be elsewhere.
                    CandidateSite(
                        function: .named("net/http.(*Request).write"),
                        place: .calls(to: "net/http.Header.writeSubset"), arguments: "8 {8 8} 8 8"),
                ])
        ],
        fields: [FieldNeed(.required, [.goroutineID])] + HTTPPropagation.writer,
        maps: [HTTPPropagation.headerMap],
        types: [
            TypeNeed(
                type: HTTPPropagation.bufioWriter, isPointer: true, need: .required,
                fact: \.propagation.bufio_writer),
            TypeNeed(
                type: TypeName(package: "net/http", name: "persistConnWriter"), isPointer: false, need: .required,
                fact: \.propagation.connection_writer),
        ],
        copies: [HTTPPropagation.writerCopy])

    /// The HTTP/2 client bundled in net/http, up to Go 1.26.
    static let bundledHTTP2Propagation = http2Propagation(
        name: "net/http HTTP/2 client propagation", package: "net/http", prefix: "http2",
        request: HTTPPropagation.request)

    /// The one that took its place in Go 1.27.
    static let internalHTTP2Propagation = http2Propagation(
        name: "net/http HTTP/2 client propagation", package: "net/http/internal/http2", prefix: "",
        variant: NS_HTTP2_CLIENT_REQUEST,
        request: FieldEntry(
            TypeName(package: "net/http/internal/http2", name: "ClientRequest"), "Header", .word,
            \.propagation.client_request_header))

    /// Built with Go 1.27, it hands over to net/http instead.
    static let xNetHTTP2Propagation = http2Propagation(
        name: "golang.org/x/net/http2 client propagation", package: "golang.org/x/net/http2", prefix: "",
        request: HTTPPropagation.request)

    /// An HTTP/2 client (http2/transport.go, net/http/h2_bundle.go). Each stream has a goroutine that runs
    /// `(*clientStream).writeRequest`. It calls `encodeAndWriteHeaders`, which takes the connection's write lock, encodes
    /// the header block, and hands it to `(*ClientConn).writeHeaders`; that writes one HEADERS frame, and CONTINUATION
    /// frames where one isn't enough, to the connection's `*bufio.Writer` and then calls its `Flush`. At that call a field
    /// is put behind the last frame, and counted into the lengths of frame and buffer. Trailers are written by the same
    /// function, but no request waits for them.
    ///
    /// It is safe because the goroutine holds the write lock, because the writer is the connection's own and no interface
    /// value, and because a literal without indexing at the end of a block changes nothing in the compression of what
    /// follows (RFC 7541, 6.2.2). The frames in the buffer are walked from its first byte: when the block was larger than
    /// the buffer, which has 4,096 bytes, some of it has been sent, the walk doesn't end where the buffer does, and
    /// nothing is written. A frame isn't made larger than every peer takes.
    private static func http2Propagation(
        name: String, package: String, prefix: String, variant: ns_http2_request = NS_HTTP2_REQUEST, request: FieldEntry
    ) -> LibraryEntry {
        let writeHeaders = "\(package).(*\(prefix)ClientConn).writeHeaders"
        let writeRequest = "\(package).(*\(prefix)clientStream).writeRequest"
        return LibraryEntry(
            name: name, anchor: writeHeaders, otherAnchors: [writeRequest], purpose: .propagation,
            variant: variant.rawValue,
            probes: [
                ProbeEntry(
                    program: "http2_announce", rate: .everyRequest, need: .required,
                    candidates: [
                        // (cs *clientStream) encodeAndWriteHeaders(req *http.Request)
                        CandidateSite(
                            function: .named(writeRequest),
                            place: .calls(to: "\(package).(*\(prefix)clientStream).encodeAndWriteHeaders"),
                            arguments: "8 8"),
                        CandidateSite(
                            function: .named("\(package).(*\(prefix)clientStream).encodeAndWriteHeaders"),
                            place: .prologue, arguments: "8 8"),
                    ]),
                ProbeEntry(
                    program: "http2_propagate", rate: .everyRequest, need: .required,
                    candidates: [
                        // (b *Writer) Flush()
                        CandidateSite(
                            function: .named(writeHeaders), place: .calls(to: "bufio.(*Writer).Flush"), arguments: "8")
                    ]),
            ],
            fields: [FieldNeed(.required, [.goroutineID]), FieldNeed(.required, [request])] + HTTPPropagation.writer,
            maps: [HTTPPropagation.headerMap],
            copies: [HTTPPropagation.writerCopy])
    }
}

private enum HTTPPropagation {
    static let bufioWriter = TypeName(package: "bufio", name: "Writer")

    static let request = FieldEntry(.request, "Header", .word, \.propagation.request_header)

    static let writer = [
        FieldNeed(.required, [FieldEntry(bufioWriter, "buf", .slice, \.propagation.bufio.buffer)]),
        FieldNeed(.required, [FieldEntry(bufioWriter, "n", .word, \.propagation.bufio.used)]),
        FieldNeed(.required, [FieldEntry(bufioWriter, "wr", .interface, \.propagation.bufio.target)]),
    ]

    static let writerCopy = CopyEntry(
        type: bufioWriter, limit: NS_WRITER_READ_MAX, length: \.propagation.bufio.read)

    /// Without it, an application's own traceparent can't be found.
    static let headerMap = MapNeed(
        type: TypeName(package: "net/http", name: "Header"), need: .required, fact: \.header_map)
}
