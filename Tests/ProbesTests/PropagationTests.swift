import CBPF
import GoBinary
import SystemPackage
import TestSupport
import Testing

@testable import Probes

/// Where trace contexts are written into requests, in programs of all releases.
@Suite struct `Propagation by HTTP clients` {
    private static let names = ["net/http client propagation", "net/http HTTP/2 client propagation"]

    private func plan(
        _ go: GoToolchain, _ mode: LinkMode = .stripped, architecture: String = "amd64"
    ) throws -> ProbePlan {
        let path = try go.build("httpclient", mode: mode, architecture: architecture)
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
        return try #require(try Planner().plan(binary).plan)
    }

    private func http2(_ go: GoToolchain) -> String {
        go.minor >= 27 ? "net/http/internal/http2.(*" : "net/http.(*http2"
    }

    @Test(arguments: GoToolchain.all, LinkMode.allCases)
    func `has its places and all that they need`(go: GoToolchain, mode: LinkMode) throws {
        let plan = try plan(go, mode)
        let (http1, http2) = try library(Self.names[0], Self.names[1], of: plan)
        for library in [http1, http2] {
            #expect(library.state == .ready && library.missing == [], "\(library.missing)")
            #expect(library.purpose == .propagation && library.probes.allSatisfy { $0.isEmulated })
        }
        #expect(http1.probes.map { "\($0.program) \($0.symbol)" } == ["http1_propagate net/http.(*Request).write"])
        let prefix = self.http2(go)
        #expect(
            http2.probes.map { "\($0.program) \($0.symbol)" } == [
                "http2_announce \(prefix)clientStream).writeRequest",
                "http2_propagate \(prefix)ClientConn).writeHeaders",
            ])
        // Armed only where writing is possible.
        #expect(plan.propagationAttachPoints == http1.probes + http2.probes)
        #expect(plan.attachPoints.allSatisfy { !plan.propagationAttachPoints.contains($0) })
    }

    /// The headers that the transport adds go by another call of the same function.
    @Test(arguments: GoToolchain.all, [LinkMode.plain, .pie])
    func `is at the calls that write the request's own headers`(go: GoToolchain, mode: LinkMode) throws {
        let path = try go.build("httpclient", mode: mode)
        let plan = try plan(go, mode)
        let calls = try ObjdumpCalls(in: "net/http.(*Request).write", of: path)
        let body = try #require(calls.addresses(callee: "net/http.(*transferWriter).writeHeader").first)
        let writes = calls.addresses(callee: "net/http.Header.writeSubset")
        let write = try #require(writes.first { $0 > body })
        #expect(writes.count == 2)
        let (http1, http2) = try library(Self.names[0], Self.names[1], of: plan)
        #expect(http1.probes.map(\.address) == [write])
        let prefix = self.http2(go)
        let encodings = try ObjdumpCalls(in: "\(prefix)clientStream).writeRequest", of: path)
            .addresses(callee: "\(prefix)clientStream).encodeAndWriteHeaders")
        let flushes = try ObjdumpCalls(in: "\(prefix)ClientConn).writeHeaders", of: path)
            .addresses(callee: "bufio.(*Writer).Flush")
        #expect(http2.probes.map(\.address) == encodings + flushes)
    }

    /// As the DWARF of unstripped builds has them (amd64).
    @Test(arguments: GoToolchain.all, [LinkMode.stripped, .gccPIE])
    func `has the offsets of the release`(go: GoToolchain, mode: LinkMode) throws {
        let facts = try plan(go, mode).facts.propagation
        #expect(facts.bufio.buffer == 16 && facts.bufio.used == 40 && facts.bufio.target == 48)
        #expect(facts.bufio.read == 64)
        #expect(facts.request_header == (go.minor >= 27 ? ns_offset(NS_ABSENT) : 56))
        #expect((facts.client_request_header == NS_ABSENT) == (go.minor < 27))
        #expect(facts.bufio_writer != .max && facts.connection_writer != .max)
        #expect(facts.bufio_writer != facts.connection_writer)
    }

    @Test(arguments: GoToolchain.all) func `is the same for arm64`(go: GoToolchain) throws {
        let (plan, reference) = (try plan(go, architecture: "arm64"), try plan(go))
        for (library, other) in zip(plan.libraries, reference.libraries) where library.purpose == .propagation {
            #expect(library.state == other.state && library.missing == other.missing, "\(library.missing)")
            #expect(library.probes.map(\.program) == other.probes.map(\.program))
            #expect(library.probes.map(\.symbol) == other.probes.map(\.symbol))
            #expect(library.probes.allSatisfy { $0.isEmulated && $0.instruction.hasPrefix("bl 0x") })
        }
        #expect(words(plan.facts) == words(reference.facts))
    }

    @Test(arguments: [
        (19, "bookworm", "amd64"), (24, "trixie", "amd64"), (24, "trixie", "arm64"), (26, "sid", "amd64"),
    ])
    func `of golang.org/x/net has its places, too`(build: (minor: Int, suite: String, architecture: String)) throws {
        let library = try xNet(build)
        #expect(library.state == .ready && library.missing == [], "\(library.missing)")
        #expect(
            library.probes.map { "\($0.program) \($0.symbol)" } == [
                "http2_announce golang.org/x/net/http2.(*clientStream).writeRequest",
                "http2_propagate golang.org/x/net/http2.(*ClientConn).writeHeaders",
            ])
        #expect(library.probes.allSatisfy { $0.isEmulated })
    }

    /// Built with Go 1.27, it has net/http write the headers.
    @Test func `of golang.org/x/net is net/http's in new releases`() throws {
        #expect(try xNet((27, "sid", "amd64")).state == .absent)
    }

    private func xNet(_ build: (minor: Int, suite: String, architecture: String)) throws -> LibraryReport {
        let go = try #require(GoToolchain.all.first { $0.minor == build.minor })
        let path = try go.build(
            "httpclient", mode: .stripped, gopath: build.suite, architecture: build.architecture)
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
        let plan = try #require(try Planner().plan(binary).plan)
        return try #require(plan.libraries.first { $0.name == "golang.org/x/net/http2 client propagation" })
    }

    private func library(_ first: String, _ second: String, of plan: ProbePlan) throws -> (LibraryReport, LibraryReport)
    {
        (
            try #require(plan.libraries.first { $0.name == first }),
            try #require(plan.libraries.first { $0.name == second })
        )
    }
}

@Suite struct `Propagation by gRPC clients` {
    @Test(arguments: `gRPC clients`.releases, [LinkMode.stripped, .pie])
    func `has its places and all that they need`(release: `gRPC clients`.Release, mode: LinkMode) throws {
        let library = try library(of: try release.plan(mode))
        #expect(library.state == .ready && library.missing == [], "\(library.missing)")
        #expect(library.purpose == .propagation && !library.probes.isEmpty)
        #expect(library.probes.allSatisfy { $0.isEmulated && $0.instruction.hasPrefix("call 0x") })
        #expect(library.probes.allSatisfy { $0.symbol.hasPrefix("google.golang.org/grpc/internal/transport.(*") })
    }

    @Test(arguments: `gRPC clients`.releases)
    func `is the same for arm64`(release: `gRPC clients`.Release) throws {
        let (plan, reference) = (try release.plan(.stripped, architecture: "arm64"), try release.plan(.stripped))
        // But for where the pointers are on a stack.
        var facts = plan.facts
        #expect(facts.propagation.loopy_place > 0 && facts.propagation.stream_place > 0)
        facts.propagation.loopy_place = reference.facts.propagation.loopy_place
        facts.propagation.stream_place = reference.facts.propagation.stream_place
        let isSame = words(facts) == words(reference.facts)
        #expect(isSame)
        let (library, other) = (try library(of: plan), try library(of: reference))
        #expect(library.state == .ready && library.missing == [], "\(library.missing)")
        #expect(library.probes.map(\.program) == other.probes.map(\.program))
        #expect(library.probes.map(\.symbol) == other.probes.map(\.symbol))
        #expect(library.probes.allSatisfy { $0.isEmulated && $0.instruction.hasPrefix("bl 0x") })
    }

    private func library(of plan: ProbePlan) throws -> LibraryReport {
        try #require(plan.libraries.first { $0.name == "grpc client propagation" })
    }
}
