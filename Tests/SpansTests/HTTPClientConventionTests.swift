import CBPF
import Testing

@testable import Spans

@Suite struct `Spans of HTTP client requests` {
    private func decode(_ bytes: [UInt8]) throws -> HTTPClientRecord {
        guard case .httpClient(let record) = try bytes.withUnsafeBytes({ try RecordDecoder.decode($0) }) else {
            throw OtherKind()
        }
        return record
    }

    private func span(of record: HTTPClientRecordBytes, redaction: QueryRedaction = .standard) throws -> Span {
        HTTPClientConvention(version: "0.1.0", redaction: redaction).span(
            of: try decode(record.bytes), resource: Resource(attributes: []), clock: WallClock(reading(at: 0)))
    }

    @Test func `have every attribute of an ordinary request, in order`() throws {
        var record = HTTPClientRecordBytes(
            method: "POST", path: "/items", query: "x=1", userAgent: "shop/2", traceState: "a=1")
        record.fixed.span.parent = UInt8(NS_PARENT_LOCAL.rawValue)
        withUnsafeMutableBytes(of: &record.fixed.span.parent_span_id) { $0.copyBytes(from: 0xb1...0xb8) }
        record.fixed.request_body_size = 12
        record.fixed.response_body_size = 0
        record.fixed.resend_count = 2
        record.fixed.status = 201
        let span = try span(of: record)
        #expect(span.name == "POST" && span.kind == .client)
        #expect(span.parentSpanID?.description == "b1b2b3b4b5b6b7b8" && !span.parentIsRemote)
        #expect(span.traceState == "a=1" && span.flags == 1)
        #expect(span.startUnixNano == bootUnixNano + 1_000 && span.endUnixNano == bootUnixNano + 4_000)
        #expect(span.status == Span.Status(code: .unset))
        #expect(
            span.attributes == [
                Attribute("http.request.method", .string("POST")),
                Attribute("url.full", .string("http://shop.example:8080/items?x=1")),
                Attribute("server.address", .string("shop.example")),
                Attribute("server.port", .int(8080)),
                Attribute("http.request.resend_count", .int(2)),
                Attribute("http.request.body.size", .int(12)),
                Attribute("user_agent.original", .string("shop/2")),
                Attribute("http.response.status_code", .int(201)),
                Attribute("http.response.body.size", .int(0)),
                Attribute("network.protocol.version", .string("1.1")),
            ])
    }

    @Test func `leave out what is unknown`() throws {
        var record = HTTPClientRecordBytes(host: "[::1]")
        record.fixed.request_body_size = 0
        record.fixed.proto_major = 2
        record.fixed.proto_minor = 0
        let span = try span(of: record)
        #expect(
            span.attributes.map(\.key) == [
                "http.request.method", "url.full", "server.address", "server.port", "http.response.status_code",
                "network.protocol.version",
            ])
        #expect(span.attributes["server.address"] == .string("::1"))
        #expect(span.attributes["network.protocol.version"] == .string("2"))
        #expect(span.parentSpanID == nil)
    }

    @Test(
        arguments: [
            ("http", "h", 80), ("https", "h", 443), ("https", "h:80", 80), ("http", "[::1]:9", 9), ("ftp", "h:21", 21),
            ("ftp", "h", nil), ("", "h", nil),
        ] as [(String, String, Int64?)])
    func `have the port that is asked for`(scheme: String, host: String, port: Int64?) throws {
        let span = try span(of: HTTPClientRecordBytes(scheme: scheme, host: host))
        #expect(span.attributes["server.port"] == port.map { .int($0) })
    }

    struct URL: Sendable {
        var user: Int32 = 0
        var scheme = "http"
        var host = "h"
        var path = "/"
        var isRaw = false
        var query = ""
        var full: String
    }

    @Test(arguments: [
        URL(full: "http://h/"),
        URL(path: "", full: "http://h"),
        URL(user: NS_HTTP_CLIENT_USER, full: "http://REDACTED@h/"),
        URL(user: NS_HTTP_CLIENT_USER | NS_HTTP_CLIENT_PASSWORD, full: "http://REDACTED:REDACTED@h/"),
        URL(path: "/a b/ü/%?#[]", full: "http://h/a%20b/%C3%BC/%25%3F%23%5B%5D"),
        URL(path: "/-_.~$&+,/:;=@", full: "http://h/-_.~$&+,/:;=@"),
        URL(path: "/a%2Fb!", isRaw: true, full: "http://h/a%2Fb!"),
        URL(query: "q=1&sig=2&key=3", full: "http://h/?q=1&sig=REDACTED&key=REDACTED"),
        URL(path: "items", full: "http://h/items"),
        URL(path: "*", full: "http://h/*"),
        URL(host: "", path: "items", full: "http://items"),
        URL(scheme: "", full: "//h/"),
        URL(host: "me:secret@h:80", full: "http://REDACTED@h:80/"),
        URL(user: NS_HTTP_CLIENT_USER, host: "me:se@cret@h", full: "http://REDACTED@h/"),
    ])
    func `show the URL as it was sent, without secrets`(url: URL) throws {
        var record = HTTPClientRecordBytes(scheme: url.scheme, host: url.host, path: url.path, query: url.query)
        record.fixed.userinfo = UInt16(url.user)
        record.fixed.is_raw_path = url.isRaw ? 1 : 0
        let span = try span(of: record, redaction: QueryRedaction(further: ["key"]))
        #expect(span.attributes["url.full"] == .string(url.full))
        #expect(span.attributes["server.address"] == (url.host.isEmpty ? nil : .string("h")))
    }

    @Test(arguments: [
        (100, false), (399, false), (400, true), (404, true), (503, true), (999, true), (1, true), (99, true),
        (1000, true), (.max, true),
    ])
    func `fail from status 400 on, and where it is no status`(status: UInt16, isError: Bool) throws {
        var record = HTTPClientRecordBytes()
        record.fixed.status = status
        let span = try span(of: record)
        #expect(span.status == Span.Status(code: isError ? .error : .unset))
        #expect(span.attributes["error.type"] == (isError ? .string("\(status)") : nil))
    }

    @Test(
        arguments: [
            (NS_ERROR_NET_OP, "", "*net.OpError"), (NS_ERROR_NET_DNS, "", "*net.DNSError"),
            (NS_ERROR_DEADLINE, "", "context.deadlineExceededError"),
            (NS_ERROR_X509_AUTHORITY, "", "crypto/x509.UnknownAuthorityError"),
            (NS_ERROR_TEXT, "context canceled", "context.Canceled"), (NS_ERROR_TEXT, "EOF", "io.EOF"),
            (NS_ERROR_TEXT, "something else", "*errors.errorString"), (NS_ERROR_OTHER, "", "_OTHER"),
            (NS_ERROR_HOLDER, "", "_OTHER"), (ns_error_kind(rawValue: 4000), "", "_OTHER"),
        ] as [(ns_error_kind, String, String)])
    func `tell the error that came instead of a response`(kind: ns_error_kind, text: String, type: String) throws {
        let span = try span(of: .failed(kind, text: text))
        #expect(span.status == Span.Status(code: .error, message: text))
        #expect(span.attributes["error.type"] == .string(type))
        #expect(span.attributes["http.response.status_code"] == nil)
        #expect(span.attributes["http.response.body.size"] == nil)
        #expect(span.attributes["network.protocol.version"] == nil)
    }

    @Test func `name every kind of error`() throws {
        for kind in 2..<NS_ERROR_HOLDER.rawValue {
            #expect(
                try decode(HTTPClientRecordBytes.failed(ns_error_kind(rawValue: kind)).bytes).error?.type != "_OTHER")
        }
    }

    @Test(arguments: [("", "GET", "GET", nil), ("BREW", "HTTP", "_OTHER", "BREW"), ("get", "HTTP", "_OTHER", "get")])
    func `are named by their method`(method: String, name: String, shown: String, original: String?) throws {
        let span = try span(of: HTTPClientRecordBytes(method: method))
        #expect(span.name == name)
        #expect(span.attributes["http.request.method"] == .string(shown))
        #expect(span.attributes["http.request.method_original"] == original.map { .string($0) })
    }

    @Test func `are named by other methods where the program knows those`() throws {
        let span = HTTPClientConvention(version: "0.1.0").span(
            of: try decode(HTTPClientRecordBytes(method: "BREW").bytes), methods: HTTPMethods(list: "BREW"),
            resource: Resource(attributes: []), clock: WallClock(reading(at: 0)))
        #expect(span.name == "BREW" && span.attributes["http.request.method"] == .string("BREW"))
    }

    @Test func `don't tell the size of a body that HEAD leaves out`() throws {
        var record = HTTPClientRecordBytes(method: "HEAD")
        record.fixed.response_body_size = 17
        #expect(try span(of: record).attributes["http.response.body.size"] == nil)
    }

    @Test func `name what was cut`() throws {
        var record = HTTPClientRecordBytes(host: "h:80", traceState: "a=1,b=2")
        record.fixed.truncated = 0xff
        let span = try span(of: record)
        #expect(
            span.attributes["nodespan.truncated"]
                == .strings([
                    "http.request.method", "url.full", "server.address", "user_agent.original", "tracestate",
                ]))
        #expect(span.attributes["server.port"] == nil)
        #expect(span.traceState == "a=1")
    }

    @Test(arguments: [NS_HTTP_CLIENT_SCHEME, NS_HTTP_CLIENT_HOST, NS_HTTP_CLIENT_PATH, NS_HTTP_CLIENT_QUERY])
    func `name the URL where a part of it was cut`(text: ns_http_client_text) throws {
        var record = HTTPClientRecordBytes()
        record.fixed.truncated = 1 << UInt16(text.rawValue)
        guard case .strings(let cut) = try span(of: record).attributes["nodespan.truncated"] else {
            Issue.record("nothing is said")
            return
        }
        #expect(cut.first == "url.full")
    }

    @Test func `are none without a status or an error`() throws {
        var record = HTTPClientRecordBytes()
        record.fixed.status = 0
        #expect(throws: RecordError.invalidStatus(0)) { try decode(record.bytes) }
    }

    @Test func `are none of records that are cut or too long`() throws {
        let bytes = HTTPClientRecordBytes(query: "q").bytes
        for count in 0..<bytes.count { #expect(throws: RecordError.self) { try decode(Array(bytes.prefix(count))) } }
        #expect(throws: RecordError.self) { try decode(bytes + [0]) }
        let long = HTTPClientRecordBytes(userAgent: String(repeating: "u", count: 128)).bytes
        #expect(throws: RecordError.textTooLong(index: 5, length: 128)) { try decode(long) }
    }
}
