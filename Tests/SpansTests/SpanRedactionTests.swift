import Testing

@testable import Spans

@Suite struct `Redaction` {
    private static func span(_ attributes: [Attribute], name: String = "GET", message: String = "") -> Span {
        Span(
            traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), name: name, kind: .server, startUnixNano: 1,
            endUnixNano: 2, status: Span.Status(code: .error, message: message), attributes: attributes,
            resource: Resource(attributes: []), scope: InstrumentationScope(name: "", version: ""))
    }

    private static func rule(_ key: String, _ action: AttributeRule.Action) throws -> AttributeRule {
        AttributeRule(key: try #require(KeyPattern(key)), action: action)
    }

    private static func redacted(_ text: String, _ pattern: String) throws -> String {
        let rule = try #require(ValueRule(pattern: pattern, replacement: "_"))
        return rule.redacted(text) ?? text
    }

    @Test(
        arguments: [
            ("a.b", "a.b", true), ("a.b", "a.bc", false), ("a.*", "a.", true), ("a.*", "a", false), ("*", "", true),
            ("*.id", "user.id", true), ("*.id", "user.idx", false), ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("u?er", "user", true), ("u?er", "uer", false), ("*a*a*a*b", String(repeating: "a", count: 4000), false),
        ])
    func `finds keys by patterns`(pattern: String, key: String, matches: Bool) throws {
        #expect(try #require(KeyPattern(pattern)).matches(key) == matches)
        #expect(KeyPattern("") == nil)
    }

    /// The digest of "abc" is FIPS 180-4's example.
    @Test func `removes, replaces and hashes attributes by their keys, the first rule counting`() throws {
        let redaction = SpanRedaction(attributes: [
            try Self.rule("client.port", .hash), try Self.rule("client.*", .remove), try Self.rule("url.path", .redact),
            try Self.rule("user", .hash),
        ])
        let attributes = [
            Attribute("client.address", .string("10.0.0.1")), Attribute("client.port", .int(80)),
            Attribute("url.path", .string("/a")), Attribute("user", .string("abc")), Attribute("other", .bool(true)),
        ]
        var span = Self.span(attributes)
        redaction.apply(to: &span)
        #expect(span.attributes.map(\.key) == ["client.port", "url.path", "user", "other"])
        #expect(span.attributes["url.path"] == .string("REDACTED"))
        #expect(
            span.attributes["user"] == .string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
        #expect(span.attributes["client.port"] == .string(SHA256.hexadecimal(of: "80")))
        #expect(redaction.redacted(attributes) == span.attributes)
    }

    /// sha256sum's, of lengths around a block's.
    @Test(
        arguments: [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
            (56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
            (64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
            (1000, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
        ])
    func `hashes as SHA-256 does`(length: Int, digest: String) {
        #expect(SHA256.hexadecimal(of: String(repeating: "a", count: length)) == digest)
    }

    @Test(
        arguments: [
            ("mail bob.b+x@mail.example.org.", "mail _."), ("to=bob%40example.org&x=1", "to=_&x=1"),
            ("bob@localhost", "bob@localhost"), ("@example.org", "@example.org"), ("a@b.c", "a@b.c"),
            ("jürgen@exämple.org, x@y.de", "_, _"), ("a@b@c.de", "a@_"), ("", ""), ("@", "@"),
        ])
    func `finds addresses of mail`(text: String, redacted: String) throws {
        #expect(try Self.redacted(text, "email") == redacted)
    }

    @Test(
        arguments: [
            ("card 4111 1111 1111 1111.", "card _."), ("4111-1111-1111-1111", "_"), ("c=4111111111111111&x", "c=_&x"),
            ("4111%201111%201111%201111", "_"), ("378282246310005", "_"), ("4111111111111112", "4111111111111112"),
            ("2024-01-01 4111111111111111", "2024-01-01 _"), ("0000000000000000", "0000000000000000"),
            ("41111111111111111", "41111111111111111"), ("411111111111", "411111111111"), ("4", "4"),
            ("5500000000000004 and 4111111111111111", "_ and _"),
        ])
    func `finds numbers of cards`(text: String, redacted: String) throws {
        #expect(try Self.redacted(text, "card") == redacted)
    }

    @Test(
        arguments: [
            ("bearer", "Authorization: Bearer abcdef123456.x-y_z==", "Authorization: Bearer _"),
            ("bearer", "BASIC dXNlcjpwYXNz x", "BASIC _ x"), ("bearer", "h=bearer%20abcdefgh1&x", "h=bearer%20_&x"),
            ("bearer", "the bearer of news", "the bearer of news"), ("bearer", "bearer", "bearer"),
            ("jwt", "t=eyJhbGciOi.eyJzdWIi.c2ln&x", "t=_&x"), ("jwt", "eyJ.only", "eyJ.only"),
            ("jwt", "keyJa.b.c", "keyJa.b.c"), ("jwt", "ey", "ey"),
            ("jwt", "-eyJ-eyJ.a eyJ.b.c-eyJ eyJ", "-eyJ-eyJ.a _ eyJ"),
        ])
    func `finds tokens`(kind: String, text: String, redacted: String) throws {
        #expect(try Self.redacted(text, kind) == redacted)
    }

    @Test(
        arguments: [
            ("sk_live_*", "key sk_live_abc123, sk_live_", "key _, _"), ("secret", "a secretsecret b", "a __ b"),
            ("/users/*/card", "GET /users/42/card/7", "GET _/7"),
            ("/users/*/card", "/users/4 2/card", "/users/4 2/card"),
            ("a*b", "aXXbXXb", "_XXb"), ("a**c", "abc", "_"), ("x", "", ""), ("ö*", "möx1 y", "m_ y"),
        ])
    func `finds what a pattern stands for`(pattern: String, text: String, redacted: String) throws {
        #expect(try Self.redacted(text, pattern) == redacted)
        #expect(ValueRule(pattern: "") == nil && ValueRule(pattern: "*x") == nil)
    }

    @Test func `replaces values in names, statuses and all texts`() throws {
        let rule = try #require(ValueRule(pattern: "email"))
        var span = Self.span(
            [
                Attribute("a", .string("x@y.de")), Attribute("b", .strings(["ok", "x@y.de!"])), Attribute("c", .int(1)),
            ], name: "GET /x@y.de", message: "no x@y.de")
        SpanRedaction(values: [rule]).apply(to: &span)
        #expect(span.name == "GET /REDACTED" && span.status.message == "no REDACTED")
        #expect(
            span.attributes.map(\.value) == [.string("REDACTED"), .strings(["ok", "REDACTED!"]), .int(1)])
    }

    /// Quadratic time would be minutes.
    @Test(arguments: ["email", "card", "bearer", "jwt", "a*b*c", "aaaa*b"])
    func `takes no time to speak of with texts made to be slow`(pattern: String) throws {
        let rule = try #require(ValueRule(pattern: pattern))
        let start = ContinuousClock.now
        for unit in ["a", "@", "a@", "1", "1 ", "eyJ", "bearer ", "%40"] {
            _ = rule.redacted(String(repeating: unit, count: 20_000))
        }
        #expect(.now - start < .seconds(30))
    }

    /// Each might begin a token that goes on to the end: quadratic time would be an hour.
    @Test func `takes no time to speak of with what never becomes a token`() throws {
        let rule = try #require(ValueRule(pattern: "jwt"))
        let start = ContinuousClock.now
        #expect(rule.redacted(String(repeating: "-eyJ", count: 200_000)) == nil)
        #expect(.now - start < .seconds(30))
    }
}
