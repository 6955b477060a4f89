import Testing

@testable import Spans

@Suite struct HostPortTests {
    @Test(
        arguments: [
            ("example.com", "example.com", nil), ("example.com:8080", "example.com", 8080),
            ("10.0.0.1:80", "10.0.0.1", 80),
            ("[::1]", "::1", nil), ("[::1]:8080", "::1", 8080), ("[fe80::1%eth0]:80", "fe80::1%eth0", 80),
            ("::1", "::1", nil), ("host:", "host", nil), ("host:http", "host", nil), ("host:65536", "host", nil),
            ("host:0", "host", nil), ("host:+1", "host", nil), ("[::1", "[::1", nil),
            ("user:secret@host:80", "host", 80), ("user:se@cret@[::1]:80", "::1", 80), ("@host", "host", nil),
        ] as [(String, String, UInt16?)])
    func hostsAreSplit(text: String, host: String, port: UInt16?) {
        #expect(HostPort(text)?.host == host)
        #expect(HostPort(text)?.port == port)
    }

    @Test(arguments: ["", ":80", "[]:80", "user:secret@", "@:80"]) func noHostIsNone(text: String) {
        #expect(HostPort(text) == nil)
    }
}

@Suite struct PeerAddressTests {
    @Test(
        arguments: [
            ("192.0.2.1:50000", "192.0.2.1", 50000), ("[2001:db8::1]:50000", "2001:db8::1", 50000),
            ("[fe80::1%eth0]:4711", "fe80::1%eth0", 4711), ("/run/app.sock", "/run/app.sock", nil),
            ("@abstract", "@abstract", nil),
        ] as [(String, String, UInt16?)])
    func peersAreSplit(text: String, address: String, port: UInt16?) {
        #expect(PeerAddress(text)?.address == address)
        #expect(PeerAddress(text)?.port == port)
    }

    @Test(arguments: ["", "@", "/", "pipe", "localhost"]) func namelessPeersAreNone(text: String) {
        #expect(PeerAddress(text) == nil)
    }
}

@Suite struct QueryRedactionTests {
    @Test(arguments: [
        ("q=OpenTelemetry&sig=s3cret", "q=OpenTelemetry&sig=REDACTED"),
        (
            "AWSAccessKeyId=a&Signature=b&X-Goog-Signature=c",
            "AWSAccessKeyId=REDACTED&Signature=REDACTED&X-Goog-Signature=REDACTED"
        ),
        (
            "X-Amz-Credential=a&X-Amz-Security-Token=b&X-Amz-Signature=c&X-Amz-Expires=9",
            "X-Amz-Credential=REDACTED&X-Amz-Security-Token=REDACTED&X-Amz-Signature=REDACTED&X-Amz-Expires=9"
        ),
        ("%73ig=s3cret", "%73ig=REDACTED"), ("sig=a=b&&x", "sig=REDACTED&&x"), ("sig=\u{301}s", "sig=REDACTED"),
        ("sig", "sig"), ("sig=", "sig=REDACTED"), ("SIG=a&signature=b&asig=c", "SIG=a&signature=b&asig=c"),
        ("%zzsig=a", "%zzsig=a"), ("a=%E2%82%AC&b", "a=%E2%82%AC&b"), ("sig=1&sig=2", "sig=REDACTED&sig=REDACTED"),
        ("access_token=a&access%5Ftoken=b", "access_token=REDACTED&access%5Ftoken=REDACTED"),
        // Where a semicolon separates, and where it is part of the secret.
        ("a=1;sig=2;b=3&c=4", "a=1;sig=REDACTED&c=4"), ("sig=1;b=2&c=3", "sig=REDACTED&c=3"),
        ("a;%73ig=2", "a;%73ig=REDACTED"), ("a=1;b=2;sig", "a=1;b=2;sig"), (";;sig=;", ";;sig=REDACTED"),
    ])
    func credentialsAreReplaced(query: String, redacted: String) {
        #expect(QueryRedaction.standard.redacted(query) == redacted)
    }

    @Test func furtherSecretsAreReplacedAsWell() {
        let redaction = QueryRedaction(further: ["token", "a b"])
        #expect(
            redaction.redacted("token=1&%74oken=2&a%20b=3&a+b=3&sig=4&tokens=5")
                == "token=REDACTED&%74oken=REDACTED&a%20b=REDACTED&a+b=REDACTED&sig=REDACTED&tokens=5")
        #expect(redaction.redacted("Token=1") == "Token=1")
    }
}

@Suite struct TraceStateTests {
    @Test(arguments: [
        "a=1", "a=1,b=2", "tenant@system=x", "0tenant@system=x", "a_-*/9=!~ x",
        "a=" + String(repeating: "v", count: 256),
        String(repeating: "k", count: 256) + "=v",
        String(repeating: "t", count: 241) + "@" + String(repeating: "s", count: 14) + "=v",
        (1...32).map { "k\($0)=v" }.joined(separator: ","),
    ])
    func validListsAreKept(text: String) {
        #expect(TraceState.normalized(text, isTruncated: false) == text)
    }

    @Test func whiteSpaceAndEmptyMembersGo() {
        #expect(TraceState.normalized(" a=1 ,\t, b=2\t,", isTruncated: false) == "a=1,b=2")
    }

    @Test(arguments: [
        "a", "=1", "a=", "A=1", "0a=1", "a=1,a=2", "a=1=2", "a=1,b", "a=\u{e9}", "a=1\u{7f}", "a b=1", "a@=1", "@b=1",
        "a@0b=1", "a@b@c=1", "a=\u{301}1", "a=" + String(repeating: "v", count: 257),
        String(repeating: "k", count: 257) + "=v", String(repeating: "t", count: 242) + "@s=v",
        "t@" + String(repeating: "s", count: 15) + "=v", (1...33).map { "k\($0)=v" }.joined(separator: ","),
    ])
    func invalidListsAreDroppedWhole(text: String) {
        #expect(TraceState.normalized("ok=1," + text, isTruncated: false).isEmpty)
    }

    @Test func aCutListEndsAtItsLastWholeMember() {
        #expect(TraceState.normalized("a=1,b=2,c=3", isTruncated: true) == "a=1,b=2")
        #expect(TraceState.normalized("a=1,b", isTruncated: true) == "a=1")
        #expect(TraceState.normalized("a=1", isTruncated: true).isEmpty)
    }
}
