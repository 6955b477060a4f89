import CBPF
import GoBinary
import SystemPackage
import TestSupport
import Testing

@testable import Probes

/// gRPC 1.33, 1.64 and 1.81, each with Go releases that compile what it defers differently.
@Suite struct `The gRPC server` {
    struct Build: Sendable, CustomTestStringConvertible {
        var minor: Int
        var suite: String
        /// The functions that the end is in, below `(*Server).`.
        var ends: Set<String>
        var writeStatus: String
        /// Bytes.
        var method: UInt16
        var context: UInt16
        var peer: UInt16
        var local: UInt16
        var code: UInt16

        var testDescription: String { "Go 1.\(minor) and \(suite)" }

        func analyse() throws -> (path: String, plan: ProbePlan) {
            let go = try #require(GoToolchain.all.first { $0.minor == minor })
            let path = try go.build("grpccalls", mode: .stripped, gopath: suite)
            let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
            return (path, try #require(try Planner().plan(binary).plan))
        }
    }

    private static let worker: Set = ["serverWorker", "serveStreams.func1.1"]
    static let builds = [
        Build(
            minor: 19, suite: "bookworm", ends: worker.union(["serveStreams.func1.2.1"]), writeStatus: "WriteStatus",
            method: 72, context: 32, peer: 72, local: 88, code: 0),
        Build(
            minor: 22, suite: "bookworm", ends: worker.union(["serveStreams.func1.2.deferwrap1"]),
            writeStatus: "WriteStatus", method: 72, context: 32, peer: 72, local: 88, code: 0),
        Build(
            minor: 24, suite: "trixie", ends: ["serveStreams.func2.1.deferwrap2"], writeStatus: "WriteStatus",
            method: 80, context: 32, peer: 56, local: 72, code: 40),
        Build(
            minor: 27, suite: "sid", ends: ["serveStreams.func2.1.deferwrap2"], writeStatus: "writeStatus",
            method: 16, context: 0, peer: 56, local: 72, code: 40),
    ]

    @Test(arguments: builds) func `is traced with three probes that are cheap`(build: Build) throws {
        let plan = try build.analyse().plan
        let library = try #require(plan.libraries.first { $0.name == "grpc server" })
        #expect(library.state == .ready && library.missing == [])
        #expect(library.probes.allSatisfy(\.isEmulated))
        let grpc = "google.golang.org/grpc"
        let symbols = { (program: String) in Set(plan.points(of: program).map(\.symbol)) }
        #expect(symbols("grpc_server_begin") == ["\(grpc).(*Server).handleStream"])
        #expect(symbols("grpc_server_end") == Set(build.ends.map { "\(grpc).(*Server).\($0)" }))
        #expect(
            symbols("grpc_server_status")
                == Set(
                    ["http2Server", "serverHandlerTransport"].map {
                        "\(grpc)/internal/transport.(*\($0)).\(build.writeStatus)"
                    }))
        #expect(Set(library.probes.map(\.program)).count == 3)
    }

    /// Against what reflect says of the same types.
    @Test(arguments: builds) func `is read where its release has things`(build: Build) throws {
        let facts = try build.analyse().plan.facts
        let server = facts.grpc_server
        #expect(server.stream_behind == NS_ABSENT)
        #expect(server.stream_method == build.method && server.stream_context == build.context)
        #expect(server.server_peer == build.peer && server.server_local == build.local)
        #expect(server.status_proto == 0 && server.status_code == build.code)
        #expect(server.context_key == 16 && server.context_value == 32)
        #expect(facts.net.tcp_ip == 0 && facts.net.tcp_port == 24 && facts.net.unix_name == 0)
        let hashes = [
            server.http2_server, server.value_context, server.metadata_key, server.metadata, facts.net.tcp_addr,
            facts.net.unix_addr,
        ]
        #expect(Set(hashes).count == hashes.count && !hashes.contains(0) && !hashes.contains(.max))
    }

    /// Servers that have no client still need the contexts of their calls.
    @Test(arguments: builds) func `knows the types of contexts`(build: Build) throws {
        let plan = try build.analyse().plan
        #expect(plan.contextTypes.count > 3)
        #expect(plan.contextTypes.contains { $0.hash == plan.facts.grpc_server.value_context })
    }

    @Test(
        .enabled(if: DebianProgram.areFetched, "fetched by `make setup-tests`"),
        arguments: DebianProgram.all.filter { ["etcd", "containerd", "dockerd"].contains($0.command) })
    func `is ready in Debian's programs`(program: DebianProgram) throws {
        let plan = try #require(try Planner().plan(try program.analyse()).plan)
        let library = try #require(plan.libraries.first { $0.name == "grpc server" })
        #expect(library.state == .ready && library.missing == [])
        #expect(library.probes.allSatisfy(\.isEmulated))
    }
}
