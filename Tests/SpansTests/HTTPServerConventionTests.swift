import CBPF
import Testing

@testable import Spans

@Suite struct HTTPServerConventionTests {
    @Test func anOrdinaryRequestHasEveryAttributeInOrder() throws {
        var record = RecordBytes(
            method: "GET", path: "/items/42", query: "x=1", host: "shop.example:8080", remoteAddress: "10.0.0.9:4711",
            userAgent: "curl/8.5", pattern: "GET /items/{id}")
        record.fixed.request_body_size = 0
        record.fixed.response_body_size = 17
        let span = try span(of: record)

        #expect(span.name == "GET /items/{id}")
        #expect(span.kind == .server)
        #expect(span.parentSpanID == nil)
        #expect(!span.parentIsRemote)
        #expect(span.flags == 1)
        #expect(span.startUnixNano == bootUnixNano + 1_000)
        #expect(span.endUnixNano == bootUnixNano + 4_000)
        #expect(span.status == Span.Status(code: .unset))
        #expect(span.scope == InstrumentationScope(name: "nodespan/net/http", version: "0.1.0"))
        #expect(
            span.attributes == [
                Attribute("http.request.method", .string("GET")),
                Attribute("url.path", .string("/items/42")),
                Attribute("url.query", .string("x=1")),
                Attribute("url.scheme", .string("http")),
                Attribute("http.route", .string("/items/{id}")),
                Attribute("user_agent.original", .string("curl/8.5")),
                Attribute("http.response.status_code", .int(200)),
                Attribute("http.response.body.size", .int(17)),
                Attribute("network.protocol.version", .string("1.1")),
                Attribute("server.address", .string("shop.example")),
                Attribute("server.port", .int(8080)),
                Attribute("client.address", .string("10.0.0.9")),
                Attribute("client.port", .int(4711)),
                Attribute("network.peer.address", .string("10.0.0.9")),
                Attribute("network.peer.port", .int(4711)),
            ])
    }

    @Test func aRemoteParentIsKept() throws {
        var record = RecordBytes(traceState: "vendor=x , b=2")
        record.setRemoteParent()
        let span = try span(of: record)
        #expect(span.parentSpanID?.description == "b1b2b3b4b5b6b7b8")
        #expect(span.parentIsRemote)
        #expect(span.traceState == "vendor=x,b=2")
    }

    @Test(
        arguments: [
            ("", nil), ("/", "/"), ("/items/{id}", "/items/{id}"), ("GET /items/{id...}", "/items/{id...}"),
            ("shop.example/items/", "/items/"), ("POST  shop.example/{$}", "/{$}"), ("GET /a b", "/a b"),
            ("broken", nil),
        ] as [(String, String?)])
    func theRouteIsThePathOfThePattern(pattern: String, route: String?) throws {
        let span = try span(of: RecordBytes(pattern: pattern))
        #expect(span.attributes["http.route"] == route.map { .string($0) })
        #expect(span.name == (route.map { "GET \($0)" } ?? "GET"))
    }

    @Test(arguments: ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"])
    func knownMethodsKeepTheirName(method: String) throws {
        let span = try span(of: RecordBytes(method: method, pattern: "/x"))
        #expect(span.name == "\(method) /x")
        #expect(span.attributes["http.request.method"] == .string(method))
        #expect(span.attributes["http.request.method_original"] == nil)
    }

    @Test(arguments: ["get", "PROPFIND", "", "GETX"]) func otherMethodsDont(method: String) throws {
        let span = try span(of: RecordBytes(method: method))
        #expect(span.name == "HTTP")
        #expect(span.attributes["http.request.method"] == .string("_OTHER"))
        // One that could not be read isn't told.
        #expect(span.attributes["http.request.method_original"] == (method.isEmpty ? nil : .string(method)))
    }

    @Test func theListOfMethodsCanBeReplaced() throws {
        let methods = HTTPMethods(list: "PROPFIND, ,GET")
        #expect(try span(of: RecordBytes(method: "PROPFIND", pattern: "/d/"), methods: methods).name == "PROPFIND /d/")
        #expect(try span(of: RecordBytes(method: "POST", pattern: "/d/"), methods: methods).name == "HTTP /d/")
        #expect(try span(of: RecordBytes(method: "", pattern: "/d/"), methods: methods).name == "HTTP /d/")
    }

    @Test(arguments: [nil, "", String(repeating: "M,", count: 4097)])
    func aListThatIsNoneReplacesNothing(list: String?) {
        let methods = HTTPMethods(list: list)
        #expect(methods.contains("GET") && !methods.contains("M"))
    }

    struct Ending: Sendable {
        var outcome: ns_http_outcome
        var set: UInt16
        var code: Int64?
        var errorType: String?
    }

    @Test(arguments: [
        Ending(outcome: NS_HTTP_RETURNED, set: 0, code: 200),
        Ending(outcome: NS_HTTP_RETURNED, set: 204, code: 204),
        Ending(outcome: NS_HTTP_RETURNED, set: 404, code: 404),
        Ending(outcome: NS_HTTP_RETURNED, set: 499, code: 499),
        Ending(outcome: NS_HTTP_RETURNED, set: 500, code: 500, errorType: "500"),
        Ending(outcome: NS_HTTP_RETURNED, set: 503, code: 503, errorType: "503"),
        Ending(outcome: NS_HTTP_RETURNED, set: 777, code: 777, errorType: "777"),
        Ending(outcome: NS_HTTP_HIJACKED, set: 0),
        Ending(outcome: NS_HTTP_HIJACKED, set: 101),
        Ending(outcome: NS_HTTP_ABORTED, set: 0, errorType: "aborted"),
        Ending(outcome: NS_HTTP_ABORTED, set: 200, code: 200, errorType: "aborted"),
        Ending(outcome: NS_HTTP_ABORTED, set: 500, code: 500, errorType: "aborted"),
        Ending(outcome: NS_HTTP_REJECTED, set: 0, code: 417),
    ])
    func everyEndHasItsStatusAndError(ending: Ending) throws {
        var record = RecordBytes()
        record.fixed.outcome = UInt8(ending.outcome.rawValue)
        record.fixed.status = ending.set
        let span = try span(of: record)
        #expect(span.attributes["http.response.status_code"] == ending.code.map { .int($0) })
        #expect(span.attributes["error.type"] == ending.errorType.map { .string($0) })
        #expect(span.status.code == (ending.errorType == nil ? .unset : .error))
        #expect(span.status.message.isEmpty == (ending.errorType != "aborted"))
    }

    @Test(
        arguments: [(0, 0, nil), (1, 0, "1.0"), (1, 1, "1.1"), (2, 0, "2"), (3, 0, "3")] as [(UInt8, UInt8, String?)])
    func theProtocolVersionIsShort(major: UInt8, minor: UInt8, version: String?) throws {
        var record = RecordBytes()
        record.fixed.proto_major = major
        record.fixed.proto_minor = minor
        #expect(try span(of: record).attributes["network.protocol.version"] == version.map { .string($0) })
    }

    @Test(
        arguments: [
            ("GET", 0, nil), ("GET", 5, 5), ("GET", -1, nil), ("POST", 0, 0), ("PUT", 0, 0), ("PATCH", 0, 0),
            ("DELETE", 0, nil), ("POST", -1, nil),
        ] as [(String, Int64, Int64?)])
    func anEmptyRequestBodyCountsWhereOneIsCalledFor(method: String, length: Int64, size: Int64?) throws {
        var record = RecordBytes(method: method)
        record.fixed.request_body_size = length
        #expect(try span(of: record).attributes["http.request.body.size"] == size.map { .int($0) })
    }

    @Test func theResponseBodyIsLeftOutWhereNoneWasSent() throws {
        func size(_ method: String, _ outcome: ns_http_outcome) throws -> AttributeValue? {
            var record = RecordBytes(method: method)
            record.fixed.response_body_size = 3
            record.fixed.outcome = UInt8(outcome.rawValue)
            return try span(of: record).attributes["http.response.body.size"]
        }
        #expect(try size("GET", NS_HTTP_RETURNED) == .int(3))
        #expect(try size("HEAD", NS_HTTP_RETURNED) == nil)
        #expect(try size("GET", NS_HTTP_HIJACKED) == nil)
    }

    @Test func tlsShowsAsScheme() throws {
        var record = RecordBytes()
        record.fixed.is_tls = 1
        #expect(try span(of: record).attributes["url.scheme"] == .string("https"))
    }

    @Test func truncatedTextsAreNamed() throws {
        var record = RecordBytes(method: "VERYLONG", host: "shop.example:80", traceState: "a=1,b=2", pattern: "/x")
        record.fixed.truncated = 0xff
        let span = try span(of: record)
        #expect(
            span.attributes["nodespan.truncated"]
                == .strings([
                    "http.request.method_original", "url.path", "url.query", "server.address", "client.address",
                    "network.peer.address", "user_agent.original", "tracestate", "http.route",
                ]))
        #expect(span.attributes["server.port"] == nil)
        #expect(span.traceState == "a=1")
    }

    @Test func noKeyStandsTwice() throws {
        var record = RecordBytes(
            method: "X", path: "/p", query: "q", host: "h:1", remoteAddress: "[::1]:2", userAgent: "u", pattern: "/p")
        record.fixed.truncated = 0xff
        record.fixed.outcome = UInt8(NS_HTTP_ABORTED.rawValue)
        let keys = try span(of: record).attributes.map(\.key)
        #expect(Set(keys).count == keys.count)
    }
}
