import FoundationEssentials
import TestSupport
import Testing

/// What a kernel test concludes from requests as they arrived, on requests made up.
@Suite struct `Requests that were received` {
    private static let untraced = """
        http1-0-0 - aa
        grpctls-0-0 - bb
        http1-0-1-own 00-0000000000000000000000000000000a-000000000000000b-01 cc
        """
    private static let traced = """
        http1-0-0 00-00000000000000000000000000000001-0000000000000002-01 aa
        grpctls-0-0 00-00000000000000000000000000000003-0000000000000004-01 bb
        http1-0-1-own 00-0000000000000000000000000000000a-000000000000000b-01 cc
        """

    @Test func `are right with a traceparent each, their own or that of the client's span`() throws {
        #expect(try problems(Self.traced) == [])
        let requests = try ReceivedRequests(Self.traced)
        #expect(requests.foreign == 2 && requests.injected == 2 && requests.of("grpctls").count == 1)
    }

    @Test(arguments: [
        ("00-00000000000000000000000000000001", "00-00000000000000000000000000000009"),
        ("0000000000000002-01", "0000000000000009-01"), ("0000000000000004-01", "0000000000000004-00"),
        ("0000000000000002-01", "0000000000000002-01,00-00000000000000000000000000000001-0000000000000002-01"),
        ("000000000000000b-01", "000000000000000b-01,00-00000000000000000000000000000005-0000000000000006-01"),
        ("00-0000000000000000000000000000000a-000000000000000b-01", "-"), (" aa", " ab"), (" cc", " cd"),
    ])
    func `are noticed with another traceparent, with two, without their own, and with other bytes`(
        change: (from: String, to: String)
    ) throws {
        let changed = Self.traced.split(separator: change.from, omittingEmptySubsequences: false)
        #expect(changed.count == 2)
        #expect(try problems(changed.joined(separator: change.to)) != [])
    }

    private func problems(_ text: String) throws -> [String] {
        let requests = try ReceivedRequests(text)
        let spans = try [
            span(trace: 1, id: 2, attributes: ["url.full": "http://127.0.0.1:80/http1-0-0?query=/a"]),
            span(trace: 3, id: 4, attributes: ["rpc.method": "grpctls-0-0"]),
            span(trace: 5, id: 6, attributes: ["url.full": "http://127.0.0.1:80/http1-0-1-own"]),
        ]
        return try requests.differences(from: ReceivedRequests(Self.untraced)) + requests.mistakes(by: spans)
    }

    private func span(trace: Int, id: Int, attributes: [String: String]) throws -> ReceivedSpan {
        let (trace, id) = (String(repeating: "0", count: 31) + "\(trace)", String(repeating: "0", count: 15) + "\(id)")
        let attributes = try String(decoding: JSONEncoder().encode(attributes), as: UTF8.self)
        let json = """
            {"traceId": "\(trace)", "spanId": "\(id)", "parentSpanId": "", "flags": 1, "traceState": "", "name": "",
             "kind": "CLIENT", "startTimeUnixNano": "1", "endTimeUnixNano": "2",
             "status": {"code": "UNSET", "message": ""}, "attributes": \(attributes), "resource": {},
             "scope": {"name": "", "version": ""}}
            """
        return try JSONDecoder().decode(ReceivedSpan.self, from: Data(json.utf8))
    }
}
