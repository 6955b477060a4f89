internal import CBPF

/// What the programs read of a client's request and of its response.
enum HTTPClientFields {
    static let headerMap = MapNeed(
        type: TypeName(package: "net/http", name: "Header"), need: .optional(loss: "no user_agent.original"),
        fact: \.header_map)

    static let request: [FieldNeed] = [
        FieldNeed(.required, [.goroutineID]),
        FieldNeed(.required, [FieldEntry(.request, "Method", .string, \.http_client.request_method)]),
        FieldNeed(.required, [FieldEntry(.request, "URL", .word, \.http_client.request_url)]),
        FieldNeed(.required, [FieldEntry(.url, "Scheme", .string, \.http_client.url_scheme)]),
        FieldNeed(.required, [FieldEntry(.url, "Host", .string, \.http_client.url_host)]),
        FieldNeed(.required, [FieldEntry(.url, "Path", .string, \.http_client.url_path)]),
        FieldNeed(
            .optional(loss: "url.full may be encoded in another way than it was sent"),
            [FieldEntry(.url, "RawPath", .string, \.http_client.url_raw_path)]),
        FieldNeed(
            .optional(loss: "no query in url.full"),
            [FieldEntry(.url, "RawQuery", .string, \.http_client.url_raw_query)]),
        FieldNeed(
            .optional(loss: "url.full doesn't tell that there were credentials"),
            [
                FieldEntry(.url, "User", .word, \.http_client.url_user),
                FieldEntry(
                    TypeName(package: "net/url", name: "Userinfo"), "passwordSet", .byte,
                    \.http_client.userinfo_password_set),
            ]),
        FieldNeed(
            .optional(loss: "no user_agent.original, and no trace context in what is sent"),
            [FieldEntry(.request, "Header", .word, \.http_client.request_header)]),
        FieldNeed(
            .optional(loss: "requests find their parents by their goroutines only"),
            [FieldEntry(.request, "ctx", .interface, \.http_client.request_context)]),
        FieldNeed(
            .optional(loss: "no http.request.body.size"),
            [FieldEntry(.request, "ContentLength", .word, \.http_client.request_content_length)]),
        FieldNeed(
            .optional(loss: "no http.request.resend_count"),
            [
                FieldEntry(.request, "Response", .word, \.http_client.request_response),
                FieldEntry(.response, "Request", .word, \.http_client.response_request, isCopied: false),
            ]),
    ]

    static let response: [FieldNeed] = [
        FieldNeed(.required, [FieldEntry(.response, "StatusCode", .word, \.http_client.response.0.status)]),
        FieldNeed(
            .optional(loss: "no network.protocol.version"),
            [
                FieldEntry(.response, "ProtoMajor", .word, \.http_client.response.0.proto_major),
                FieldEntry(.response, "ProtoMinor", .word, \.http_client.response.0.proto_minor),
            ]),
        FieldNeed(
            .optional(loss: "no http.response.body.size"),
            [FieldEntry(.response, "ContentLength", .word, \.http_client.response.0.content_length)]),
    ]

    /// Of net/http/internal/http2, whose response knows no version.
    static let internalResponse: [FieldNeed] = [
        FieldNeed(.required, [FieldEntry(.internalResponse, "StatusCode", .word, \.http_client.response.1.status)]),
        FieldNeed(
            .optional(loss: "no http.response.body.size"),
            [FieldEntry(.internalResponse, "ContentLength", .word, \.http_client.response.1.content_length)]),
    ]

    static let copies =
        requestCopies + [
            CopyEntry(type: .response, limit: NS_HTTP_CLIENT_RESPONSE_READ_MAX, length: \.http_client.response.0.read)
        ]

    static let internalCopies =
        requestCopies + [
            CopyEntry(
                type: .internalResponse, limit: NS_HTTP_CLIENT_RESPONSE_READ_MAX,
                length: \.http_client.response.1.read)
        ]

    private static let requestCopies = [
        CopyEntry(type: .request, limit: NS_HTTP_REQUEST_READ_MAX, length: \.http_client.request_read),
        CopyEntry(type: .url, limit: NS_HTTP_URL_READ_MAX, length: \.http_client.url_read),
    ]
}

extension TypeName {
    fileprivate static let url = TypeName(package: "net/url", name: "URL")
    fileprivate static let response = TypeName(package: "net/http", name: "Response")
    fileprivate static let internalResponse = TypeName(package: "net/http/internal/http2", name: "ClientResponse")
}
