import GoBinary
import Probes
import SystemPackage
import TestSupport
import Testing

/// Servers that were built with a profile, so that functions are inlined that else never are.
@Suite struct `A server built with a profile` {
    private static let toolchains = GoToolchain.all.filter { [24, 27].contains($0.minor) }

    private func plan(_ go: GoToolchain) throws -> (path: String, binary: GoBinary, plan: ProbePlan) {
        let path = try go.build("httpserver", mode: .plain, profile: .hotServer(go))
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
        return (path, binary, try #require(try Planner().plan(binary).plan))
    }

    @Test(arguments: toolchains) func `begins where the inlined server calls the handler`(go: GoToolchain) throws {
        let (path, binary, plan) = try plan(go)
        let (serve, serveHTTP) = ("net/http.(*conn).serve", "net/http.serverHandler.ServeHTTP")
        let bodies = try #require(try binary.inlinedCalls(of: [serveHTTP])[serveHTTP]).flatMap(\.addresses)
        let calls = try ObjdumpCalls(in: serve, of: path)
        #expect(calls.addresses(callee: serveHTTP).isEmpty)

        let begin = plan.points(of: "http_server_begin")
        #expect(begin.map(\.symbol) == [serve] && begin.allSatisfy { !$0.isEmulated })
        let indirect = calls.calls.filter { call in call.callee == nil && bodies.contains { $0.contains(call.address) }
        }
        #expect(begin.map(\.address) == indirect.map(\.address))
        let end = plan.points(of: "http_server_end")
        let hijacked = calls.addresses(callee: "net/http.(*conn).hijacked")
        #expect(end.map(\.address) == [try #require(hijacked.first { $0 > begin[0].address })])

        let library = try #require(plan.libraries.first { $0.name == "net/http server" })
        #expect(library.state == .partial)
        #expect(
            library.missing.map { "\($0.what): \($0.reason): \($0.consequence)" } == [
                "http_server_begin: \(serveHTTP) is inlined into \(serve): each request costs a single-stepped probe hit"
            ])
    }

    @Test(arguments: toolchains) func `ends an HTTP/2 request where the inlined end flushes it`(go: GoToolchain) throws
    {
        let (path, binary, plan) = try plan(go)
        let prefix = go.minor >= 27 ? "net/http/internal/http2.(*" : "net/http.(*http2"
        let (done, deferred) = ("\(prefix)responseWriter).handlerDone", "\(prefix)serverConn).runHandler.func1")
        #expect(try binary.inlinedCalls(of: [done])[done]?.map(\.caller.name) == [deferred])
        let calls = try ObjdumpCalls(in: deferred, of: path)
        let end = plan.points(of: "http2_server_end")
        #expect(end.map(\.symbol) == [deferred] && end.allSatisfy(\.isEmulated))
        #expect(end.map(\.address) == calls.addresses(callee: "\(prefix)responseWriter).FlushError"))
        #expect(plan.libraries.first { $0.name == "net/http HTTP/2 server" }?.state == .ready)
    }
}

/// Clients that were built with a profile.
@Suite struct `Clients built with a profile` {
    private static let inlined = [
        "net/http client": "returns of errors can't be told from those of responses",
        "net/http HTTP/2 client":
            "net/http/internal/http2.shouldRetryRequest is no function of its own: it is inlined into "
            + "net/http/internal/http2.(*Transport).RoundTripOpt",
        "net/http client propagation":
            "net/http.(*Request).write calls net/http.Header.writeSubset in one place, and has it inlined in another",
        "net/http HTTP/2 client propagation":
            "bufio.(*Writer).Flush is inlined into net/http/internal/http2.(*ClientConn).writeHeaders",
    ]

    /// What is inlined where it would be traced is missing, not absent, and loses nothing else.
    @Test func `lose what was inlined, and say so`() throws {
        let go = GoToolchain.newest
        let path = try go.build("httpclient", mode: .stripped, profile: .hotClient(go))
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
        let plan = try #require(try Planner().plan(binary).plan)
        for (name, reason) in Self.inlined {
            let library = try #require(plan.libraries.first { $0.name == name })
            #expect(library.missing.contains { $0.reason.contains(reason) }, "\(name): \(library.missing)")
            let isSpans = library.purpose == .spans
            #expect(library.state == (isSpans ? .partial : .refused), "\(name)")
            #expect(library.probes.isEmpty != isSpans)
            if !isSpans { #expect(library.missing.map(\.consequence) == ["no trace context in what it sends"]) }
        }
        #expect(plan.points(of: "http_client_end").map(\.symbol).count == 2)
        #expect(plan.attachPoints.allSatisfy { $0.isEmulated })
    }
}
