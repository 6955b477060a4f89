import Glibc
import GoBinary
import Probes
import SystemPackage
import TestSupport
import Testing

/// Debian's prometheus, as packaged: stripped, without module versions, built with Go 1.19, 1.24 and 1.27.
@Suite struct `Debian's prometheus` {
    private static func path(_ suite: String) -> String {
        "\(CacheFolder.path)/debian/\(suite)/prometheus/usr/bin/prometheus"
    }

    private static let suites = ["bookworm", "trixie", "sid"]

    @Test(
        .enabled(if: suites.allSatisfy { access(path($0), R_OK) == 0 }, "fetched by `make setup`"), arguments: suites)
    func `can be traced completely`(suite: String) throws {
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(Self.path(suite))))
        let plan = try #require(try Planner().plan(binary).plan)
        let minor = binary.buildInfo.goMinorVersion ?? 0
        let programs = [
            "http_server_begin", "http_server_end", "http_server_abort", "http_server_reject", "http2_server_begin",
            "http2_server_end", "http2_server_abort",
        ]
        #expect(plan.attachPoints.map(\.program) == programs)
        #expect(plan.points(of: "http_server_begin").map(\.symbol) == ["net/http.(*conn).serve"])
        #expect(plan.attachPoints.filter { $0.program != "http_server_abort" }.allSatisfy { $0.isEmulated })
        #expect(plan.libraries.prefix(2).map(\.state) == [.ready, minor >= 27 ? .partial : .ready])
        let missing = minor >= 27 ? ["net/http/internal/http2.ServerRequest.Pattern"] : []
        let missingByRelease = minor >= 22 ? [] : ["net/http.Request.Pattern", "net/http.Request.Pattern"]
        #expect(plan.libraries.flatMap(\.missing).map(\.what) == missing + missingByRelease)
    }
}
