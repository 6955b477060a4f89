import CBPF
import GoBinary
import Probes
import TestSupport
import Testing

@Suite struct `A program that vendors its libraries` {
    @Test func `has all of them traced`() throws {
        let go = try #require(GoToolchain.all.first { $0.minor == 24 })
        let outcome = try Planner().plan(try VendoringProgram(go, suite: "trixie").binary)
        let used = outcome.libraries.filter { $0.name.hasSuffix("routes") || $0.name.hasSuffix("server") }
        #expect(
            used.allSatisfy { $0.state == .ready || $0.name == "grpc server" },
            "\(outcome.libraries.map { ($0.name, $0.state) })")
        for library in outcome.libraries where library.name.contains(".") {
            #expect(library.probes.allSatisfy { $0.symbol.hasPrefix(VendoringProgram.prefix) }, "\(library.name)")
        }
    }

    @Test(arguments: [
        ("httpclient", ["golang.org/x/net/http2 client"]), ("grpcclient", ["grpc client", "grpc server"]),
    ])
    func `has its clients traced, with propagation`(fixture: String, spans: [String]) throws {
        let go = try #require(GoToolchain.all.first { $0.minor == 24 })
        let binary = try VendoringProgram(go, suite: "trixie", fixture: fixture).binary
        let plan = try #require(try Planner().plan(binary).plan)
        let propagation = plan.libraries.filter { $0.purpose == .propagation && $0.state != .absent }
        #expect(propagation.contains { $0.name == "\(spans[0]) propagation" })
        for library in plan.libraries where spans.contains(library.name) || propagation.contains(library) {
            #expect(library.state == .ready && library.missing == [], "\(library.name): \(library.missing)")
            guard library.name.contains("grpc") || library.name.contains(".") else { continue }
            #expect(library.probes.allSatisfy { $0.symbol.hasPrefix(VendoringProgram.prefix) }, "\(library.name)")
        }
    }

    /// An error of HTTP/2 is of a type of the copy.
    @Test func `has the errors of its copies known`() throws {
        let go = try #require(GoToolchain.all.first { $0.minor == 24 })
        let binary = try VendoringProgram(go, suite: "trixie", fixture: "httpclient").binary
        let errors = try #require(try Planner().plan(binary).plan).facts.error_types
        let known = withUnsafeBytes(of: errors) { Array($0.bindMemory(to: ns_error_type.self)) }
        for (package, name) in [
            ("net/http", "http2StreamError"), (VendoringProgram.prefix + "golang.org/x/net/http2", "StreamError"),
        ] {
            let type = try #require(try binary.namedType(package: package, name: name, match: .exact))
            let hash = try binary.typeHash(at: type.typeAddress)
            #expect(known.first { $0.hash == hash }?.kind == UInt16(NS_ERROR_HTTP2_STREAM.rawValue), "\(package)")
        }
    }

    @Test func `has their functions and types under paths of its own`() throws {
        let go = try #require(GoToolchain.all.first { $0.minor == 24 })
        let binary = try VendoringProgram(go, suite: "trixie").binary
        let functions = [
            "golang.org/x/net/http2.(*serverConn).runHandler", "github.com/gorilla/mux.(*Router).ServeHTTP",
            "github.com/gin-gonic/gin.(*Engine).ServeHTTP", "github.com/go-chi/chi/v5.(*Mux).ServeHTTP",
            "github.com/labstack/echo/v4.(*Echo).ServeHTTP",
        ]
        #expect(try binary.functions(named: Set(functions)).isEmpty)
        let vendored = Set(functions.map { VendoringProgram.prefix + $0 })
        #expect(Set(try binary.functions(named: vendored).keys) == vendored)
        let types = [
            ("golang.org/x/net/http2", "responseWriterState"), ("github.com/gorilla/mux", "Route"),
            ("github.com/gin-gonic/gin", "Context"), ("github.com/go-chi/chi/v5", "Context"),
            ("github.com/labstack/echo/v4", "context"),
        ]
        for (package, name) in types {
            #expect(try binary.structLayout(package: package, name: name, match: .exact) == nil)
            let layout = try #require(try binary.structLayout(package: package, name: name))
            #expect(layout.package == VendoringProgram.prefix + package)
        }
    }
}
