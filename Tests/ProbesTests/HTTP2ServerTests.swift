import CBPF
import TestSupport
import Testing

@testable import Probes

/// The HTTP/2 server that comes with Go, in every release.
@Suite struct `The net/http HTTP/2 server` {
    private func package(_ go: GoToolchain) -> (path: String, prefix: String) {
        go.minor >= 27 ? ("net/http/internal/http2", "") : ("net/http", "http2")
    }

    @Test(arguments: GoToolchain.all, LinkMode.allCases)
    func `begins and ends in runHandler`(go: GoToolchain, mode: LinkMode) throws {
        let (_, binary) = try analyse("httpserver", go, mode)
        let plan = try #require(try Planner().plan(binary).plan)
        let (path, prefix) = package(go)
        let runHandler = "\(path).(*\(prefix)serverConn).runHandler"
        let variant = go.minor >= 27 ? NS_HTTP2_INTERNAL.rawValue : NS_HTTP2_BUNDLED.rawValue
        let library = try #require(plan.libraries.first { $0.name == "net/http HTTP/2 server" })
        #expect(library.probes.map(\.program) == ["http2_server_begin", "http2_server_end", "http2_server_abort"])
        #expect(library.probes.map(\.symbol) == [runHandler, "\(runHandler).func1", "\(runHandler).func1"])
        #expect(library.probes.allSatisfy { $0.isEmulated && $0.variant == variant })
        let begin = try #require(library.probes.first)
        #expect(go.minor >= 21 ? begin.instruction == "push %rbp" : begin.instruction.hasPrefix("jbe 0x"))
    }

    @Test(arguments: GoToolchain.all, [LinkMode.plain, .pie])
    func `ends where objdump shows the calls`(go: GoToolchain, mode: LinkMode) throws {
        let (file, binary) = try analyse("httpserver", go, mode)
        let plan = try #require(try Planner().plan(binary).plan)
        let (path, prefix) = package(go)
        let deferred = try ObjdumpCalls(in: "\(path).(*\(prefix)serverConn).runHandler.func1", of: file)
        let handlerDone = "\(path).(*\(prefix)responseWriter).handlerDone"
        let writeFrame = "\(path).(*\(prefix)serverConn).writeFrameFromHandler"
        #expect(plan.points(of: "http2_server_end").map(\.address) == deferred.addresses(callee: handlerDone))
        #expect(plan.points(of: "http2_server_abort").map(\.address) == deferred.addresses(callee: writeFrame))
    }

    /// Offsets on amd64, as the DWARF of unstripped builds of these releases has them.
    @Test(arguments: GoToolchain.all, LinkMode.allCases)
    func `has the offsets of the release`(go: GoToolchain, mode: LinkMode) throws {
        let plan = try #require(try Planner().plan(try analyse("httpserver", go, mode).binary).plan)
        let kind = go.minor >= 27 ? HTTPServerKind.internalHTTP2 : .bundledHTTP2
        let http = plan.facts[server: kind]
        let absent = ns_offset(NS_ABSENT)
        #expect(http.writer_response == 0)
        #expect(http.response_status == (go.minor >= 27 ? 240 : go.minor == 19 ? 80 : 72))
        #expect(http.response_written == http.response_status + 24)
        #expect(http.response_from == http.response_status)
        #expect(http.response_read == 32)
        #expect(http.request_method == (go.minor >= 27 ? 48 : 0))
        #expect(http.request_url == (go.minor >= 27 ? 64 : 16))
        #expect(http.request_header == (go.minor >= 27 ? 72 : 56))
        #expect(http.request_host == (go.minor >= 27 ? 104 : 128))
        #expect(http.request_content_length == (go.minor >= 27 ? 120 : 88))
        #expect(http.request_remote_addr == (go.minor >= 27 ? 128 : 176))
        #expect(http.request_tls == (go.minor >= 27 ? 160 : 208))
        #expect(http.request_context == (go.minor >= 27 ? 0 : go.minor >= 23 ? 248 : 232))
        #expect(http.request_read == max(http.request_tls + 8, http.request_context + 16))
        #expect(http.request_pattern == ((23..<27).contains(go.minor) ? 232 : absent))
        let other = plan.facts[server: go.minor >= 27 ? .bundledHTTP2 : .internalHTTP2]
        #expect(other.request_method == absent && other.response_status == absent)
        #expect(plan.facts[server: .xNetHTTP2].request_method == absent)
    }
}
