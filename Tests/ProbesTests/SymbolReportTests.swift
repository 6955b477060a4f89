import CodeSites
import GoBinary
import Probes
import SystemPackage
import TestSupport
import Testing

/// What is told of one function of a program.
@Suite struct `A report on a function` {
    private func report(_ name: String, _ go: GoToolchain, _ mode: LinkMode = .stripped) throws -> SymbolReport {
        let (_, binary) = try analyse("httpserver", go, mode)
        return try #require(try SymbolReport.of([name], in: binary).first)
    }

    @Test(arguments: GoToolchain.all, [LinkMode.plain, .strippedPIE])
    func `says where it is, and where its calls pass`(go: GoToolchain, mode: LinkMode) throws {
        let name = "net/http.(*conn).serve"
        let report = try report(name, go, mode)
        let definition = try #require(report.definitions.first)
        #expect(report.definitions.count == 1 && report.similar.isEmpty)
        #expect(definition.function == (try analyse("httpserver", go, mode).binary.function(named: name)))
        // (c *conn) serve(ctx context.Context)
        #expect(definition.arguments?.shape == "8 {8 8}")
        let code = definition.function.address..<definition.function.address + definition.function.size
        let site = try #require(definition.prologue)
        #expect(code.contains(site.address) && site.address > code.lowerBound && site.isEmulated)
        #expect(definition.prologueAbsence == nil)
    }

    @Test(arguments: GoToolchain.all) func `says what it is inlined into`(go: GoToolchain) throws {
        let early = "net/http.(*response).closedRequestBodyEarly"
        let report = try report(early, go)
        #expect(report.definitions.isEmpty && report.similar.isEmpty)
        let serve = "net/http.(*conn).serve"
        #expect(report.inlined.map(\.caller).sorted() == [serve, "net/http.(*response).shouldReuseConnection"])
        for call in report.inlined {
            let caller = try #require(try self.report(call.caller, go).definitions.first).function
            #expect((caller.address..<caller.address + caller.size).contains(call.address))
        }
        #expect(report.absence.hasPrefix("\(early) is no function of its own: it is inlined into net/http."))
        #expect(report.absence.hasSuffix(" and 1 other"))
    }

    @Test func `names functions like one that isn't there`() throws {
        let report = try report("conn).serve", .newest)
        #expect(report.definitions.isEmpty && report.inlined.isEmpty)
        #expect(report.similar.contains("net/http.(*conn).serve"))
        #expect(report.absence.hasPrefix("no function conn).serve: "))
        let many = try self.report("net/http.", .newest)
        #expect(many.similar.count == 10)
        let none = try self.report("example.org/none.Nothing", .newest)
        #expect(none.similar.isEmpty)
        #expect(none.absence.hasSuffix("it isn't linked in, or the linker calls it otherwise"))
    }

    @Test func `says why no place is found in assembly`() throws {
        let report = try report("runtime.memmove", .newest)
        let definition = try #require(report.definitions.first)
        #expect(definition.prologue == nil)
        #expect(definition.prologueAbsence == "it sets up no frame in a way that is known")
    }

    /// The linker escapes the dots of a package's last element; nobody else does.
    @Test(arguments: ["gopkg.in/yaml.v2.(*encoder).floatv", "gopkg.in/yaml%2ev2.(*encoder).floatv"])
    func `finds a package whose path has dots`(name: String) throws {
        let path = "\(CacheFolder.path)/debian/trixie/prometheus/usr/bin/prometheus"
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
        let report = try #require(try SymbolReport.of([name], in: binary).first)
        #expect(report.definitions.map(\.function.name) == ["gopkg.in/yaml%2ev2.(*encoder).floatv"])
    }
}
