internal import CBPF

/// An HTTP server implementation with types of its own: `enum ns_http_server`.
enum HTTPServerKind: Hashable, Sendable {
    case http1
    case bundledHTTP2
    case internalHTTP2
    case xNetHTTP2

    var variant: UInt32 {
        switch self {
        case .http1: NS_HTTP1.rawValue
        case .bundledHTTP2: NS_HTTP2_BUNDLED.rawValue
        case .internalHTTP2: NS_HTTP2_INTERNAL.rawValue
        case .xNetHTTP2: NS_HTTP2_X.rawValue
        }
    }

    /// The type of the request that the server hands to the handler.
    var request: TypeName {
        switch self {
        case .http1, .bundledHTTP2, .xNetHTTP2: .request
        case .internalHTTP2: TypeName(package: "net/http/internal/http2", name: "ServerRequest")
        }
    }
}

extension ns_binary_facts {
    /// What the programs know of one HTTP server implementation.
    subscript(server kind: HTTPServerKind) -> ns_http_server_facts {
        get {
            switch kind {
            case .http1: http_server.0
            case .bundledHTTP2: http_server.1
            case .internalHTTP2: http_server.2
            case .xNetHTTP2: http_server.3
            }
        }
        set {
            switch kind {
            case .http1: http_server.0 = newValue
            case .bundledHTTP2: http_server.1 = newValue
            case .internalHTTP2: http_server.2 = newValue
            case .xNetHTTP2: http_server.3 = newValue
            }
        }
    }
}

extension TypeName {
    static let request = TypeName(package: "net/http", name: "Request")
    fileprivate static let pattern = TypeName(package: "net/http", name: "pattern")
    fileprivate static let url = TypeName(package: "net/url", name: "URL")
}

extension FieldEntry {
    /// In flight, a request is known by its goroutine.
    static let goroutineID = FieldEntry(TypeName(package: "runtime", name: "g"), "goid", .word, \.goid)
}

/// What the programs read of a request, whichever implementation serves it.
enum HTTPServerFields {
    static let headerMap = MapNeed(
        type: TypeName(package: "net/http", name: "Header"),
        need: .optional(loss: "no parent from traceparent, and no user_agent.original"), fact: \.header_map)

    static func request(of kind: HTTPServerKind) -> [FieldNeed] {
        let request = kind.request
        return [
            FieldNeed(.required, [.goroutineID]),
            FieldNeed(.required, [FieldEntry(request, "Method", .string, \.[server: kind].request_method)]),
            FieldNeed(.required, [FieldEntry(request, "URL", .word, \.[server: kind].request_url)]),
            FieldNeed(.required, [FieldEntry(.url, "Path", .string, \.[server: kind].url_path)]),
            FieldNeed(
                .optional(loss: "no url.query"),
                [FieldEntry(.url, "RawQuery", .string, \.[server: kind].url_raw_query)]),
            FieldNeed(
                .optional(loss: "no parent from traceparent, and no user_agent.original"),
                [FieldEntry(request, "Header", .word, \.[server: kind].request_header)]),
            FieldNeed(
                .optional(loss: "no http.request.body.size"),
                [FieldEntry(request, "ContentLength", .word, \.[server: kind].request_content_length)]),
            FieldNeed(
                .optional(loss: "no server.address and server.port"),
                [FieldEntry(request, "Host", .string, \.[server: kind].request_host)]),
            FieldNeed(
                .optional(loss: "no client.address and client.port"),
                [FieldEntry(request, "RemoteAddr", .string, \.[server: kind].request_remote_addr)]),
            FieldNeed(
                .optional(loss: "url.scheme doesn't tell https from http"),
                [FieldEntry(request, "TLS", .word, \.[server: kind].request_tls)]),
            FieldNeed(
                .optional(loss: "calls made by its handlers are told by their goroutines only"),
                [
                    FieldEntry(
                        request, kind == .internalHTTP2 ? "Context" : "ctx", .interface,
                        \.[server: kind].request_context)
                ]),
        ]
    }

    /// The pattern of the http.ServeMux that matched, in the server's own request.
    static func route(of kind: HTTPServerKind) -> [FieldNeed] {
        let request = kind.request
        let pattern = FieldEntry(request, "Pattern", .string, \.[server: kind].request_pattern, isCopied: false)
        if kind == .internalHTTP2 {
            let loss = "no http.route, unless trace --routes finds it"
            return [FieldNeed(.optional(loss: loss), [pattern], isUnreleased: true)]
        }
        return [
            FieldNeed(
                .optional(loss: "no http.route"), [pattern],
                [
                    FieldEntry(request, "pat", .word, \.[server: kind].request_pat, isCopied: false),
                    FieldEntry(.pattern, "str", .string, \.[server: kind].pattern_str),
                ],
                introducedWith: .pattern)
        ]
    }

    static func copies(of kind: HTTPServerKind, response: TypeName) -> [CopyEntry] {
        let from: any WritableKeyPath<ns_binary_facts, ns_offset> & Sendable = \.[server: kind].response_from
        return [
            CopyEntry(type: kind.request, limit: NS_HTTP_REQUEST_READ_MAX, length: \.[server: kind].request_read),
            CopyEntry(type: .url, limit: NS_HTTP_URL_READ_MAX, length: \.[server: kind].url_read),
            CopyEntry(
                type: response, limit: NS_HTTP_RESPONSE_READ_MAX, start: from,
                length: \.[server: kind].response_read),
        ]
    }
}
