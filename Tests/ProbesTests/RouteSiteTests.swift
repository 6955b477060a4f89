import CBPF
import GoBinary
import SystemPackage
import TestSupport
import Testing

@testable import Probes

/// A program with all the routers that the catalogue knows, and with both HTTP/2 servers.
@Suite struct `A program with routers` {
    private static let builds = [
        (GoToolchain.oldest, "bookworm"), (GoToolchain.all.first { $0.minor == 22 } ?? .oldest, "bookworm"),
        (GoToolchain.newest, "sid"),
    ]

    private func analyse(_ go: GoToolchain, _ suite: String) throws -> (path: String, plan: ProbePlan) {
        let path = try go.build("routers", mode: .stripped, gopath: suite)
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
        return (path, try #require(try Planner().plan(binary).plan))
    }

    @Test(arguments: builds)
    func `has a site in each router, armed only when asked for`(go: GoToolchain, suite: String) throws {
        let (_, plan) = try analyse(go, suite)
        let symbols = plan.routeAttachPoints.map { "\($0.program) \($0.symbol)" }
        let serveMux = "net/http.(*ServeMux).ServeHTTP"
        #expect(
            symbols
                == [
                    Array(repeating: "http_route_returned \(serveMux)", count: go.minor >= 22 ? 2 : 1),
                    [
                        "http_route_chosen github.com/gorilla/mux.(*Router).ServeHTTP",
                        "http_route_pooled github.com/gin-gonic/gin.(*Engine).ServeHTTP",
                        "http_route_pooled github.com/go-chi/chi/v5.(*Mux).ServeHTTP",
                        "http_route_pooled github.com/labstack/echo/v4.(*Echo).ServeHTTP",
                    ],
                ].flatMap { $0 })
        #expect(plan.attachPoints.allSatisfy { !$0.program.hasPrefix("http_route_") })
        // Only the result of a call has no emulated instruction to be read at.
        #expect(plan.routeAttachPoints.allSatisfy { $0.isEmulated || $0.program == "http_route_returned" })
        let routers = plan.routeAttachPoints.suffix(4).map(\.variant)
        #expect(
            routers == [NS_ROUTER_GORILLA, NS_ROUTER_GIN, NS_ROUTER_CHI, NS_ROUTER_ECHO].map(\.rawValue))
        #expect(plan.libraries.filter { $0.purpose == .routes }.allSatisfy { $0.state == .ready })
    }

    /// Offsets on amd64, as the DWARF of unstripped builds has them.
    @Test(arguments: builds)
    func `says where each router has the template`(go: GoToolchain, suite: String) throws {
        let facts = try analyse(go, suite).plan.facts
        let absent = ns_offset(NS_ABSENT)
        let gorilla = facts[router: .gorilla]
        #expect([gorilla.pointer, gorilla.text, gorilla.texts] == [80, 0, absent])
        let gin = facts[router: .gin]
        #expect([gin.pointer, gin.text, gin.texts] == [absent, 112, absent])
        let chi = facts[router: .chi]
        #expect([chi.pointer, chi.text] == [absent, absent] && chi.texts != absent)
        let echo = facts[router: .echo]
        #expect([echo.pointer, echo.texts] == [absent, absent] && echo.text != absent)
    }

    @Test(arguments: builds)
    func `can be traced by both HTTP/2 servers`(go: GoToolchain, suite: String) throws {
        let (_, plan) = try analyse(go, suite)
        let variants = Set(plan.points(of: "http2_server_begin").map(\.variant))
        let standard = go.minor >= 27 ? NS_HTTP2_INTERNAL : NS_HTTP2_BUNDLED
        // Built with Go 1.27, golang.org/x/net of sid hands over to net/http.
        #expect(variants == Set(go.minor >= 27 ? [standard.rawValue] : [standard.rawValue, NS_HTTP2_X.rawValue]))
    }
}
