import Testing

@testable import OTLP

@Suite struct `An endpoint` {
    @Test(arguments: [
        ("http://host:4318", "http://host:4318/v1/traces"), ("http://host:4318/", "http://host:4318/v1/traces"),
        ("https://host", "https://host/v1/traces"), ("HTTP://host/otlp", "http://host/otlp/v1/traces"),
        ("http://host/otlp/", "http://host/otlp/v1/traces"), ("http://host/v1/traces", "http://host/v1/traces"),
        ("http://host/a%20b/v1/traces/", "http://host/a%20b/v1/traces"),
        ("http://[::1]:4318", "http://[::1]:4318/v1/traces"), ("http://10.0.0.1:1", "http://10.0.0.1:1/v1/traces"),
    ])
    func `is the URL with the path of the signal`(text: String, url: String) throws {
        #expect(try OTLPEndpoint(text).url == url)
    }

    @Test(arguments: [
        ("http://host:4318", "http://host:4318/"), ("http://host:4318/", "http://host:4318/"),
        ("http://host/own/", "http://host/own/"), ("http://host:4317/own", "http://host:4317"),
    ])
    func `for traces alone is the URL as it stands`(text: String, url: String) throws {
        #expect(try OTLPEndpoint(text, isForTraces: true).url == url)
    }

    @Test(arguments: ["http://zipkin", "http://zipkin/"])
    func `for Zipkin has the path of Zipkin's own, where it has none`(text: String) throws {
        for isForTraces in [false, true] {
            let endpoint = try OTLPEndpoint(text, protocol: .zipkin, isForTraces: isForTraces)
            #expect(endpoint.url == "http://zipkin/api/v2/spans")
        }
    }

    @Test(
        arguments: [
            ("", .invalid), ("localhost", .invalid), ("http://a b", .invalid), ("http://host:x", .invalid),
            ("http://host:70000", .invalid),
            ("http://a%5Bb", .invalid), ("http://h\u{f6}st", .invalid),
            ("localhost:4318", .unsupportedScheme), ("ftp://host", .unsupportedScheme),
            ("http://", .noHost), ("http://:4318", .noHost), ("http:/host", .noHost),
            ("http://user:secret@host", .credentials), ("http://user@host", .credentials),
            ("http://host/?token=secret", .queryOrFragment), ("http://host/#x", .queryOrFragment),
        ] as [(String, OTLPEndpointError)])
    func `that can't be used is refused, and not repeated`(text: String, error: OTLPEndpointError) {
        #expect(throws: error) { try OTLPEndpoint(text) }
        #expect(!error.description.contains("secret"))
    }

    @Test(
        arguments: [
            ("http://host:4317", .grpc, "http://host:4317"),
            ("https://host:4317/v1/traces", .grpc, "https://host:4317"),
            ("grpc://host:4318", .grpc, "http://host:4318"), ("unix:///run/x", .grpc, "unix:/run/x"),
            ("http://host:4318", .httpProtobuf, "http://host:4318/v1/traces"),
        ] as [(String, ExportProtocol, String)])
    func `suggests what is spoken`(text: String, spoken: ExportProtocol, url: String) throws {
        let endpoint = try OTLPEndpoint(text)
        #expect(endpoint.protocol == spoken && endpoint.url == url)
        #expect(try OTLPEndpoint(text, protocol: .grpc).protocol == .grpc)
    }
}

@Suite struct `A header` {
    @Test(arguments: [
        ("a=b", "a", "b"), ("x-token=", "x-token", ""), ("Authorization=Bearer x=y", "Authorization", "Bearer x=y"),
    ])
    func `is a name and a value`(text: String, name: String, value: String) throws {
        let header = try OTLPHeader(text)
        #expect(header.name == name && header.value == value)
    }

    @Test(
        arguments: [
            ("secret", .missingEquals), ("=secret", .invalidName), ("a b=secret", .invalidName),
            ("a:=secret", .invalidName),
            ("a=secret\r\nb: c", .invalidValue("a")), ("a=secret\u{0}", .invalidValue("a")),
            ("a=secret\u{e9}", .invalidValue("a")), ("Content-Length=secret", .reserved("Content-Length")),
            ("host=secret", .reserved("host")), ("Keep-Alive=secret", .reserved("Keep-Alive")),
            ("proxy-connection=secret", .reserved("proxy-connection")), ("grpc-x=secret", .reserved("grpc-x")),
        ] as [(String, OTLPHeaderError)])
    func `that can't be sent is refused, and its value not shown`(text: String, error: OTLPHeaderError) {
        #expect(throws: error) { try OTLPHeader(text) }
        #expect(!error.description.contains("secret"))
    }

    @Test(arguments: [
        ("a=b", "a", "b"), (" a = b ", "a", "b"), ("authorization=Bearer%20x%3Dy", "authorization", "Bearer x=y"),
        ("authorization=Basic dTpw==", "authorization", "Basic dTpw=="), ("a=5%", "a", "5%"),
        ("a=%2C;p=1", "a", ",;p=1"),
    ])
    func `of a variable is percent-encoded`(text: String, name: String, value: String) throws {
        let header = try OTLPHeader(variableMember: text)
        #expect(header.name == name && header.value == value)
    }

    @Test(arguments: ["secret", "=secret", "a=secret%0d%0ab: c", "host=secret"])
    func `of a variable that can't be sent is refused`(text: String) {
        #expect(throws: OTLPHeaderError.self) { try OTLPHeader(variableMember: text) }
    }
}

@Suite struct `Retry-After` {
    /// Sun, 06 Nov 1994 08:49:37 GMT.
    private static let date: Int64 = 784_111_777

    @Test(
        arguments: [
            ("0", .seconds(0)), ("120", .seconds(120)), ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(7)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", .seconds(0)),
        ] as [(String, Duration)])
    func `is seconds or a date`(text: String, delay: Duration) {
        #expect(RetryAfter.delay(text, unixTime: Self.date - 7) == delay)
    }

    @Test(arguments: [
        "", "-1", "1.5", "soon", "99999999999999", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
    ])
    func `that can't be read is none`(text: String) {
        #expect(RetryAfter.delay(text, unixTime: 0) == nil)
    }
}
