import CBPF
import GoBinary
import TestSupport
import Testing

@testable import Probes

/// What the planner does with binaries that lack something. The binaries are real; the catalogue asks them for things
/// that they don't have.
@Suite struct `The planner` {
    private func plan(
        _ go: GoToolchain = .newest, _ change: (inout LibraryEntry) -> Void
    ) throws -> PlanOutcome {
        var entry = LibraryEntry.netHTTPServer
        change(&entry)
        return try Planner(catalogue: Catalogue(libraries: [entry])).plan(try analyse("httpserver", go, .plain).binary)
    }

    private func missing(_ outcome: PlanOutcome) -> [String] {
        outcome.libraries.flatMap(\.missing).map { "\($0.what): \($0.reason): \($0.consequence)" }
    }

    @Test(arguments: GoToolchain.all)
    func `refuses a program without a known library`(go: GoToolchain) throws {
        let outcome = try Planner().plan(try analyse("println", go, .stripped).binary)
        #expect(outcome.libraries.allSatisfy { $0.state == .absent })
        #expect(outcome.refusal == .noLibrary(libraries: outcome.libraries))
        #expect(
            outcome.refusal?.description.hasPrefix(
                "nothing in it that can be traced: no net/http server, no net/http HTTP/2 server, no ") == true)
    }

    @Test(arguments: GoToolchain.some)
    func `refuses a server whose begin isn't found, as where it was inlined`(go: GoToolchain) throws {
        let outcome = try plan(go) {
            $0.probes[0].candidates[0].place = .calls(to: "net/http.(*conn).serve")
        }
        #expect(outcome.plan == nil)
        #expect(
            outcome.refusal?.description.contains(
                "http_server_begin: net/http.(*conn).serve has no direct call of net/http.(*conn).serve") == true)
    }

    @Test(arguments: GoToolchain.all)
    func `says what the last resort for panics loses`(go: GoToolchain) throws {
        let outcome = try plan(go) { $0.probes[2].candidates.removeFirst(2) }
        let abort = try #require(outcome.plan?.points(of: "http_server_abort"))
        #expect(abort.count == 1 && abort.allSatisfy { $0.isEmulated })
        #expect(outcome.libraries.map(\.state) == [.partial])
        #expect(
            outcome.libraries[0].missing.map(\.consequence).first
                == "no span for a request whose handler hijacks the connection and then panics")
    }

    @Test(arguments: GoToolchain.all)
    func `takes the first of several calls behind another probe`(go: GoToolchain) throws {
        let setState = "net/http.(*conn).setState"
        let outcome = try plan(go) {
            $0.probes[1].candidates[0].place = .callFollowing(program: "http_server_begin", to: setState)
        }
        let plan = try #require(outcome.plan)
        let begin = try #require(plan.points(of: "http_server_begin").first)
        let path = try analyse("httpserver", go, .plain).path
        let calls = try ObjdumpCalls(in: begin.symbol, of: path).addresses(callee: setState)
        let behind = calls.filter { $0 > begin.address }
        #expect(behind.count > 1 && calls.count > behind.count)
        #expect(plan.points(of: "http_server_end").map(\.address) == Array(behind.prefix(1)))
    }

    @Test func `doesn't guess which of several calls is behind a probe in another function`() throws {
        let outcome = try plan {
            let elsewhere = "net/http.serverHandler.ServeHTTP"
            $0.probes[0].candidates = [CandidateSite(function: .named(elsewhere), place: .prologue)]
            $0.probes[1].candidates[0].place = .callFollowing(
                program: "http_server_begin", to: "net/http.(*conn).setState")
        }
        #expect(outcome.plan == nil)
        #expect(
            missing(outcome) == [
                "http_server_end: net/http.(*conn).serve has no direct call of net/http.(*conn).setState behind "
                    + "http_server_begin: the library can't be traced"
            ])
    }

    @Test(arguments: GoToolchain.all)
    func `takes no site whose arguments are others`(go: GoToolchain) throws {
        func plan(_ arguments: String) throws -> PlanOutcome {
            try self.plan(go) {
                $0.probes[0].candidates.removeLast()
                $0.probes[0].candidates[0].arguments = arguments
            }
        }
        let outcome = try plan("8 8 8")
        #expect(outcome.plan == nil)
        #expect(
            missing(outcome).first
                == "http_server_begin: net/http.serverHandler.ServeHTTP takes other arguments: {8} {8 8} 8, not 8 8 8: "
                + "the library can't be traced")
        #expect(try plan("{8} {8 8}").plan != nil)
    }

    /// Every release inlines both of them; one is kept as a function as well where reflection may call it.
    @Test(arguments: GoToolchain.all)
    func `says that a function is inlined where it would be called`(go: GoToolchain) throws {
        func reason(_ callee: String) throws -> String? {
            let outcome = try plan(go) { $0.probes[3].candidates[0].place = .calls(to: callee) }
            return outcome.libraries.flatMap(\.missing).first { $0.what == "http_server_reject" }?.reason
        }
        let early = "net/http.(*response).closedRequestBodyEarly"
        #expect(
            try reason(early)?.hasPrefix("\(early) is no function of its own: it is inlined into net/http.") == true)
        let proto = "net/http.(*Request).ProtoAtLeast"
        let isFunction = try analyse("httpserver", go, .plain).binary.function(named: proto) != nil
        #expect(
            try reason(proto)?.hasPrefix(
                isFunction ? "\(proto) is inlined into net/http.(*conn).serve" : "\(proto) is no function of its own: ")
                == true)
    }

    /// One function of the runtime adds to a map in 67 places.
    @Test func `takes no more sites than real servers have`() throws {
        let (owner, callee) = ("runtime.initMetrics", "runtime.mapassign_faststr")
        let count = try ObjdumpCalls(in: owner, of: try analyse("httpserver", .newest, .plain).path)
            .addresses(callee: callee).count
        #expect(count > 64)
        let outcome = try plan {
            $0.probes[3].candidates = [CandidateSite(function: .named(owner), place: .calls(to: callee))]
        }
        #expect(outcome.plan?.points(of: "http_server_reject") == [])
        #expect(
            outcome.libraries[0].missing.map(\.reason)
                == ["\(owner) has more than 64 calls where real programs have a few"])
    }

    @Test func `goes on without an optional probe`() throws {
        let outcome = try plan { $0.probes[3].candidates[0].place = .calls(to: "net/http.nothing") }
        #expect(outcome.plan?.attachPoints.count == 3)
        #expect(outcome.libraries.map(\.state) == [.partial])
        #expect(
            missing(outcome) == [
                "http_server_reject: no function net/http.nothing: "
                    + "no span for a request that the server itself answers with 417"
            ])
    }

    @Test func `refuses a library without a required probe`() throws {
        let outcome = try plan {
            $0.probes[1].candidates[0].place = .callFollowing(program: "http_server_begin", to: "net/http.serve")
        }
        guard case .requirementMissing(let libraries) = outcome.refusal else {
            Issue.record("\(outcome)")
            return
        }
        #expect(libraries.map(\.state) == [.refused])
        #expect(libraries[0].probes.isEmpty)
        #expect(
            outcome.refusal?.description
                == "net/http server can't be traced (http_server_end: no function net/http.serve)")
    }

    @Test func `refuses a library without a required field`() throws {
        let url = TypeName(package: "net/url", name: "URL")
        let outcome = try plan {
            $0.fields.append(FieldNeed(.required, [FieldEntry(url, "Trail", .string, \.[server: .http1].url_path)]))
        }
        #expect(outcome.plan == nil)
        #expect(missing(outcome) == ["net/url.URL.Trail: no such field: the library can't be traced"])
    }

    @Test func `sets no fact of a need that is met in part`() throws {
        let request = TypeName(package: "net/http", name: "Request")
        let nowhere = TypeName(package: "net/http", name: "nowhere")
        let outcome = try plan {
            $0.fields = $0.fields.filter { $0.alternatives[0][0].field != "ProtoMajor" }
            $0.fields.append(
                FieldNeed(
                    .optional(loss: "no version"),
                    [
                        FieldEntry(request, "ProtoMajor", .word, \.[server: .http1].request_proto_major),
                        FieldEntry(nowhere, "ProtoMinor", .word, \.[server: .http1].request_proto_minor),
                    ]))
        }
        let plan = try #require(outcome.plan)
        #expect(plan.facts[server: .http1].request_proto_major == ns_offset(NS_ABSENT))
        #expect(plan.facts[server: .http1].request_proto_minor == ns_offset(NS_ABSENT))
        #expect(outcome.libraries.map(\.state) == [.partial])
        #expect(missing(outcome) == ["net/http.nowhere.ProtoMinor: type net/http.nowhere not found: no version"])
    }

    @Test func `takes no field of another shape`() throws {
        let request = TypeName(package: "net/http", name: "Request")
        let outcome = try plan {
            $0.fields.append(
                FieldNeed(
                    .optional(loss: "nothing"), [FieldEntry(request, "Host", .word, \.[server: .http1].request_host)]))
        }
        #expect(outcome.plan != nil)
        #expect(missing(outcome) == ["net/http.Request.Host: is of another type: string: nothing"])
    }

    @Test func `takes no field behind what the programs copy`() throws {
        let outcome = try plan { $0.copies[0].limit = 200 }
        let facts = try #require(outcome.plan?.facts[server: .http1])
        #expect(facts.request_read == 192)
        #expect(facts.request_tls == ns_offset(NS_ABSENT))
        #expect(
            missing(outcome) == [
                "net/http.Request.TLS: offset 208 is outside of the 200 bytes that are copied: "
                    + "url.scheme doesn't tell https from http",
                "net/http.Request.ctx: offset 248 is outside of the 200 bytes that are copied: "
                    + "calls made by its handlers are told by their goroutines only",
            ])
    }

    @Test func `goes on without the header map`() throws {
        let outcome = try plan { $0.maps[0].type = TypeName(package: "net/http", name: "Footer") }
        let plan = try #require(outcome.plan)
        #expect(plan.facts.header_map.kind == UInt16(NS_MAP_ABSENT.rawValue))
        #expect(outcome.libraries.map(\.state) == [.partial])
        #expect(
            missing(outcome) == [
                "layout of net/http.Footer: map type net/http.Footer not found: "
                    + "no parent from traceparent, and no user_agent.original"
            ])
    }

    @Test func `puts no single-stepped probe where every request passes`() throws {
        let outcome = try plan(.oldest) {
            $0.probes[0].candidates = [$0.probes[2].candidates[1]]
        }
        #expect(outcome.plan == nil)
        #expect(missing(outcome).contains { $0.contains("would be single-stepped") })
    }

    @Test func `gives the same plan again`() throws {
        let plans = try (0..<2).map { _ in try #require(try plan { _ in }.plan) }
        #expect(words(plans[0].facts) == words(plans[1].facts))
        #expect(plans[0].libraries == plans[1].libraries)
    }
}
