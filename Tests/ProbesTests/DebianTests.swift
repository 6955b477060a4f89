import Glibc
import GoBinary
import Probes
import SystemPackage
import TestSupport
import Testing

/// Programs as Debian packages them: stripped, without module versions, built with Go 1.19, 1.24, and 1.26 or 1.27.
@Suite struct `Debian's Go programs` {
    struct Program: Sendable, CustomTestStringConvertible {
        var suite: String
        var package: String
        var command: String

        var path: String { "\(CacheFolder.path)/debian/\(suite)/\(package)/usr/bin/\(command)" }
        var testDescription: String { "\(suite)'s \(command)" }

        static let all = ["bookworm", "trixie", "sid"].flatMap { suite in
            [("prometheus", "prometheus"), ("caddy", "caddy"), ("etcd-server", "etcd"), ("containerd", "containerd")]
                .map { Program(suite: suite, package: $0, command: $1) }
        }
    }

    @Test(
        .enabled(if: Program.all.allSatisfy { access($0.path, R_OK) == 0 }, "fetched by `make setup-tests`"),
        arguments: Program.all)
    func `can be traced completely`(program: Program) throws {
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(program.path)))
        let plan = try #require(try Planner().plan(binary).plan)
        let minor = binary.buildInfo.goMinorVersion ?? 0
        let http1 = ["http_server_begin", "http_server_end", "http_server_abort", "http_server_reject"]
        let http2 = ["http2_server_begin", "http2_server_end", "http2_server_abort"]
        let libraries = Dictionary(uniqueKeysWithValues: plan.libraries.map { ($0.name, $0) })
        for (name, programs) in [
            ("net/http server", http1), ("net/http HTTP/2 server", http2), ("golang.org/x/net/http2 server", http2),
        ] {
            let library = try #require(libraries[name])
            // Go 1.27 moved HTTP/2 out of reach of the mux, and x/net's into the standard library.
            if name == "golang.org/x/net/http2 server", library.state == .absent { continue }
            let pattern =
                minor >= 27 && name == "net/http HTTP/2 server"
                ? ["net/http/internal/http2.ServerRequest.Pattern"]
                : minor >= 22 ? [] : ["net/http.Request.Pattern"]
            #expect(library.missing.map(\.what) == pattern, "\(name)")
            #expect(library.state == .ready, "\(name)")
            #expect(library.probes.map(\.program) == programs, "\(name)")
            let isCheap = library.probes.allSatisfy { $0.isEmulated || $0.program == "http_server_abort" }
            #expect(isCheap, "\(name)")
        }
        #expect(plan.points(of: "http_server_begin").map(\.symbol) == ["net/http.(*conn).serve"])
    }
}
