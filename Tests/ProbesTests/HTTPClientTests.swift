import CBPF
import GoBinary
import SystemPackage
import TestSupport
import Testing

@testable import Probes

/// The client of net/http and those of HTTP/2, in Tests/Fixtures/httpclient.
@Suite struct `HTTP clients` {
    private static let roundTrip = "net/http.(*Transport).roundTrip"

    private func plan(
        _ go: GoToolchain, _ mode: LinkMode = .stripped, gopath: String? = nil, architecture: String = "amd64"
    ) throws -> ProbePlan {
        let path = try go.build("httpclient", mode: mode, gopath: gopath, architecture: architecture)
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
        return try #require(try Planner().plan(binary).plan)
    }

    private func library(_ name: String, of plan: ProbePlan) throws -> LibraryReport {
        try #require(plan.libraries.first { $0.name == name })
    }

    @Test(arguments: GoToolchain.all, LinkMode.allCases)
    func `can be traced whole`(go: GoToolchain, mode: LinkMode) throws {
        let plan = try plan(go, mode)
        for name in ["net/http client", "net/http HTTP/2 client"] {
            let library = try library(name, of: plan)
            #expect(library.state == .ready, "\(library.missing)")
            #expect(library.missing == [])
        }
        #expect(try library("golang.org/x/net/http2 client", of: plan).state == .absent)
    }

    /// What objdump shows behind the calls, of which all three registers with results are still as they were.
    @Test(arguments: GoToolchain.all)
    func `end where the results come back`(go: GoToolchain) throws {
        let (path, binary) = try analyse("httpclient", go, .plain)
        let plan = try #require(try Planner().plan(binary).plan)
        let inRoundTrip = try ObjdumpCalls(in: Self.roundTrip, of: path)
        let call = try #require(inRoundTrip.addresses(callee: "net/http.(*persistConn).roundTrip").first)
        let ends = plan.points(of: "http_client_end")
        #expect(ends.map(\.isEmulated) == [true, true])
        let end = try #require(ends.first { $0.symbol == Self.roundTrip })
        #expect(end.address > call && end.address - call < 32)
        #expect(end.instruction.hasPrefix("je 0x") || end.instruction == "nop")

        let (package, prefix) = go.minor >= 27 ? ("net/http/internal/http2", "") : ("net/http", "http2")
        let loop = "\(package).(*\(prefix)Transport).RoundTripOpt"
        let inLoop = try ObjdumpCalls(in: loop, of: path)
        let method = go.minor >= 23 ? "roundTrip" : "RoundTrip"
        let http2Call = try #require(
            inLoop.addresses(callee: "\(package).(*\(prefix)ClientConn).\(method)").first)
        let http2End = try #require(ends.first { $0.symbol == loop })
        #expect(http2End.address > http2Call && http2End.address - http2Call < 32)
        let retry = try #require(inLoop.addresses(callee: "\(package).\(prefix)shouldRetryRequest").first)
        let failed = plan.points(of: "http2_client_failed")
        #expect(failed.count == 1 && failed[0].isEmulated)
        #expect(failed[0].address > retry && failed[0].address - retry < 32)
    }

    /// One return of roundTrip is that of responses, and one that of other round trippers, whatever they return; one returns
    /// what a request fails with that can't be sent again, and one comes behind panics.
    @Test(arguments: GoToolchain.all, [LinkMode.plain, .pie])
    func `fail at all other returns`(go: GoToolchain, mode: LinkMode) throws {
        let (path, binary) = try analyse("httpclient", go, mode)
        let plan = try #require(try Planner().plan(binary).plan)
        let output = try Command.run(
            ["/usr/bin/objdump", "-d", "--no-show-raw-insn", "--disassemble=\(Self.roundTrip)", path]
        ).output
        let returns = output.split(separator: "\n").filter { $0.hasSuffix(":\tret") }.count
        let failed = plan.points(of: "http_client_failed")
        #expect(failed.allSatisfy { $0.symbol == Self.roundTrip && $0.instruction == "ret" })
        #expect(returns - failed.count == (go.minor >= 23 ? 4 : 3))
    }

    @Test(arguments: [
        (19, "bookworm", "RoundTripOpt", 2), (24, "trixie", "RoundTripOpt", 2), (26, "sid", "roundTripViaPool", 1),
        (27, "sid", "roundTripViaPool", 1),
    ])
    func `of golang.org/x/net begin and end in its loop`(
        minor: Int, suite: String, loop: String, refusals: Int
    ) throws {
        let go = try #require(GoToolchain.all.first { $0.minor == minor })
        let library = try library("golang.org/x/net/http2 client", of: try plan(go, gopath: suite))
        #expect(library.state == .ready && library.missing == [])
        #expect(library.probes.allSatisfy { $0.symbol == "golang.org/x/net/http2.(*Transport).\(loop)" })
        #expect(
            library.probes.map(\.program)
                == ["http2_client_begin", "http_client_end", "http2_client_failed"]
                + [String](repeating: "http2_client_refused", count: refusals))
        #expect(library.probes.allSatisfy { $0.isEmulated == ($0.program != "http2_client_refused") })
    }

    /// As the DWARF of unstripped builds has them (amd64).
    @Test(arguments: GoToolchain.all, LinkMode.allCases)
    func `have the offsets of the release`(go: GoToolchain, mode: LinkMode) throws {
        let http = try plan(go, mode).facts.http_client
        #expect(http.request_method == 0 && http.request_url == 16 && http.request_header == 56)
        #expect(http.request_content_length == 88 && http.request_response == 224)
        #expect(http.request_context == (go.minor >= 23 ? 248 : 232))
        #expect(http.request_read == http.request_context + 16)
        #expect(http.url_scheme == 0 && http.url_user == 32 && http.url_host == 40 && http.url_path == 56)
        #expect(http.url_raw_path == (go.minor >= 26 ? 104 : 72))
        #expect(http.url_raw_query == (go.minor >= 26 ? 88 : 96))
        #expect(http.url_read == (go.minor >= 26 ? 120 : 112))
        #expect(http.userinfo_password_set == 32)
        #expect(http.response_request == 128)
        let response = http.response.0
        #expect(response.status == 16 && response.proto_major == 40 && response.proto_minor == 48)
        #expect(response.content_length == 80 && response.read == 88)
        let absent = ns_offset(NS_ABSENT)
        #expect((http.response.1.status == absent) == (go.minor < 27))
        #expect(http.response.1.proto_major == absent)
    }

    /// Each type of errors by the hash that its itab has in a running program; what the program can't return isn't there.
    @Test(arguments: GoToolchain.all)
    func `know the errors of the release`(go: GoToolchain) throws {
        let (_, binary) = try analyse("httpclient", go, .stripped)
        let types = try #require(try Planner().plan(binary).plan).facts.error_types
        let known = withUnsafeBytes(of: types) { Array($0.bindMemory(to: ns_error_type.self)) }
            .filter { $0.kind != UInt16.max }
        let kinds = Set(known.map { UInt32($0.kind) })
        #expect(Set(known.map(\.hash)).count == known.count)
        for kind in [NS_ERROR_TEXT, NS_ERROR_DEADLINE, NS_ERROR_NET_OP, NS_ERROR_NET_DNS, NS_ERROR_TLS_RECORD_HEADER]
            + [NS_ERROR_X509_AUTHORITY, NS_ERROR_HTTP2_STREAM, NS_ERROR_HTTP2_GO_AWAY, NS_ERROR_HOLDER, NS_ERROR_WRAP]
        {
            #expect(kinds.contains(kind.rawValue), "\(kind)")
        }
        #expect(kinds.contains(NS_ERROR_TLS_CERTIFICATE.rawValue) == (go.minor >= 20))
        #expect(kinds.contains(NS_ERROR_HTTP.rawValue) == (go.minor <= 22))
        #expect(kinds.contains(NS_ERROR_HTTP_TIMEOUT.rawValue) == (go.minor >= 23))
        let text = try #require(try binary.namedType(package: "errors", name: "errorString"))
        #expect(known.first?.hash == (try binary.typeHash(at: text.pointerTypeAddress)))
        let operation = known.first { UInt32($0.kind) == NS_ERROR_NET_OP.rawValue }
        #expect(operation?.inner == 64)
        #expect(known.first?.inner == ns_offset(NS_ABSENT))
    }

    /// They are told by the client that can be traced, whichever that is.
    @Test func `know errors without net/http's client, too`() throws {
        let go = try #require(GoToolchain.all.first { $0.minor == 24 })
        let path = try go.build("httpclient", mode: .stripped, gopath: "trixie")
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
        func errors(_ entries: [LibraryEntry]) throws -> [UInt32] {
            let plan = try #require(try Planner(catalogue: Catalogue(libraries: entries)).plan(binary).plan)
            return withUnsafeBytes(of: plan.facts.error_types) { $0.bindMemory(to: ns_error_type.self).map(\.hash) }
        }
        let known = try errors(Catalogue.standard.libraries)
        #expect(known.filter { $0 != .max }.count > 20)
        #expect(try errors([.xNetHTTP2Client]) == known)
        #expect(try errors([.netHTTPServer]).allSatisfy { $0 == .max })
    }

    @Test(arguments: GoToolchain.all) func `for arm64 can be traced whole`(go: GoToolchain) throws {
        let plan = try plan(go, architecture: "arm64")
        for name in ["net/http client", "net/http HTTP/2 client"] {
            let library = try library(name, of: plan)
            #expect(library.state == .ready && library.missing == [], "\(library.missing)")
            // There, returns are emulated as well.
            #expect(library.probes.allSatisfy { $0.isEmulated })
        }
        let (http, reference) = (plan.facts.http_client, try self.plan(go).facts.http_client)
        #expect(withUnsafeBytes(of: http) { Array($0) } == withUnsafeBytes(of: reference) { Array($0) })
    }

    @Test(.enabled(if: DebianProgram.areFetched, "fetched by `make setup-tests`"), arguments: DebianProgram.all)
    func `of Debian's programs can be traced`(program: DebianProgram) throws {
        let outcome = try Planner().plan(try program.analyse())
        let names = try NamesInFile(path: program.path, functions: [Self.roundTrip], types: [])
        for name in ["net/http client", "net/http HTTP/2 client"] {
            let library = try #require(outcome.libraries.first { $0.name == name })
            #expect(library.state == (names.hasFunction(Self.roundTrip) ? .ready : .absent), "\(library.missing)")
        }
        let other = try #require(outcome.libraries.first { $0.name == "golang.org/x/net/http2 client" })
        #expect(other.state == .ready || other.state == .absent, "\(other.missing)")
    }
}
