import CBPF
import GoBinary
import SystemPackage
import TestSupport
import Testing

@testable import Probes

/// The client of gRPC for Go, in Tests/Fixtures/grpcclient.
@Suite struct `gRPC clients` {
    /// 1.33, 1.64 and 1.81, and what is where in them, from the DWARF of unstripped builds (amd64).
    struct Release: Sendable, CustomTestStringConvertible {
        var minor: Int
        var suite: String
        var attempt: ns_offset
        var transport: ns_offset
        var attemptStream: ns_offset
        var remoteAddress: ns_offset
        var code: ns_offset
        /// Of *loopyWriter on the stack, where *outStream follows it, from the disassembled code of originateStream.
        var writer: ns_offset

        var testDescription: String { "Go 1.\(minor), \(suite)" }

        func plan(_ mode: LinkMode, architecture: String = "amd64") throws -> ProbePlan {
            let go = try #require(GoToolchain.all.first { $0.minor == minor })
            let path = try go.build("grpcclient", mode: mode, gopath: suite, architecture: architecture)
            let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
            return try #require(try Planner().plan(binary).plan)
        }
    }

    static let releases = [
        Release(
            minor: 19, suite: "bookworm", attempt: 224, transport: 8, attemptStream: 24, remoteAddress: 96, code: 0,
            writer: 88),
        Release(
            minor: 24, suite: "trixie", attempt: 216, transport: 24, attemptStream: 40, remoteAddress: 152, code: 40,
            writer: 64),
        Release(
            minor: 27, suite: "sid", attempt: 216, transport: 24, attemptStream: 40, remoteAddress: 152, code: 40,
            writer: 64),
    ]

    private func library(_ name: String, of plan: ProbePlan) throws -> LibraryReport {
        try #require(plan.libraries.first { $0.name == name })
    }

    /// A call that succeeds passes the first three probes only, and the header's; none of them is single-stepped.
    @Test(arguments: releases, [LinkMode.stripped, .pie])
    func `can be traced whole`(release: Release, mode: LinkMode) throws {
        let plan = try release.plan(mode)
        let spans = try library("grpc client", of: plan)
        #expect(spans.state == .ready)
        #expect(spans.missing == [])
        #expect(
            spans.probes.map(\.program) == [
                "grpc_client_begin", "grpc_client_stream", "grpc_client_end", "grpc_client_refused",
                "grpc_client_retry",
                "grpc_client_failed",
            ])
        #expect(spans.probes.filter { !$0.isEmulated }.map(\.program) == ["grpc_client_failed"])
        let maker = release.minor == 19 ? "newClientStream" : "newClientStreamWithParams"
        let refuser = release.minor == 27 ? "newClientStream.func1" : "(*ClientConn).waitForResolvedAddrs"
        #expect(
            spans.probes.map(\.symbol)
                == [
                    "newClientStream", maker, "(*clientStream).finish", refuser, "(*clientStream).withRetry",
                    "(*clientStream).withRetry",
                ].map { "google.golang.org/grpc.\($0)" })
        let header = try library("grpc client header", of: plan)
        #expect(header.purpose == .propagation && header.state == .ready && header.missing == [])
        #expect(header.probes.map(\.program) == ["grpc_client_header"])
        #expect(header.probes.allSatisfy { $0.isEmulated })
        let propagation = try library("grpc client propagation", of: plan)
        #expect(propagation.purpose == .propagation && propagation.state == .ready && propagation.missing == [])
        #expect(propagation.probes.map(\.program) == ["grpc_propagate"])
        #expect(propagation.probes.allSatisfy { $0.isEmulated })
    }

    @Test(arguments: releases, [LinkMode.stripped, .pie])
    func `have the offsets of the release`(release: Release, mode: LinkMode) throws {
        let facts = try release.plan(mode).facts.grpc_client
        #expect(facts.stream_connection == 40 && facts.stream_description == 48)
        #expect(facts.stream_attempt == release.attempt)
        #expect(facts.connection_target == 24)
        #expect(facts.attempt_transport == release.transport && facts.attempt_stream == release.attemptStream)
        #expect(facts.transport_remote_addr == release.remoteAddress)
        #expect(facts.frame_fields == 8 && facts.frame_quota == 56)
        #expect(facts.field_name == 0 && facts.field_sensitive == 32)
        // A *spb.Status of its own, up to 1.57; then a *status.Status that has one.
        #expect(facts.error_status == (release.minor == 19 ? ns_offset(NS_ABSENT) : 0))
        #expect(facts.error_proto == 0 && facts.proto_code == release.code)
        #expect(facts.wrapped == 16 && facts.stack == 0)
        let hashes = [facts.transport_type, facts.status_type, facts.wrap_type, facts.text_type, facts.deadline_type]
        #expect(Set(hashes).count == hashes.count && !hashes.contains(.max))
    }

    @Test(arguments: releases, [LinkMode.stripped, .pie])
    func `show where the writer of headers has its stream`(release: Release, mode: LinkMode) throws {
        let facts = try release.plan(mode).facts.propagation
        #expect(facts.loopy_place == release.writer && facts.stream_place == release.writer + 8)
        #expect(facts.loopy_streams == 24 && facts.loopy_framer == 40 && facts.loopy_block == 48)
        #expect(facts.loopy_read == 56)
        #expect(facts.framer_writer == 0 && facts.block_bytes == 0)
        #expect(facts.stream_id == 0 && facts.stream_quota == 32)
    }

    @Test(arguments: releases)
    func `of arm64 can be traced`(release: Release) throws {
        let plan = try release.plan(.stripped, architecture: "arm64")
        let spans = try library("grpc client", of: plan)
        #expect(spans.missing == [] && spans.probes.count == 6)
        let facts = plan.facts.propagation
        #expect(try library("grpc client propagation", of: plan).state == .ready)
        // With room for the return address, which is on amd64's stack only.
        #expect(facts.loopy_place == release.writer + (release.minor == 19 ? 16 : 8))
        #expect(facts.stream_place == facts.loopy_place + 8)
    }

    /// Of grpc 1.2x to 1.81, as vendored there.
    @Test(.enabled(if: DebianProgram.areFetched, "fetched by `make setup-tests`"), arguments: DebianProgram.all)
    func `in Debian's programs can be traced`(program: DebianProgram) throws {
        let plan = try #require(try Planner().plan(try program.analyse()).plan)
        for name in ["grpc client", "grpc client header", "grpc client propagation"] {
            let library = try library(name, of: plan)
            #expect(library.state == .ready || library.state == .absent, "\(name): \(library.missing)")
            #expect(library.missing == [], "\(name)")
        }
    }
}
