import Fuzzing
import GoBinary
import Probes
import Testing

/// What fuzzers make hostile must be sound to begin with, or they get no further than its headers.
@Suite struct `The smallest program` {
    @Test func `is analysed to the last table`() throws {
        let binary = try GoBinary.read(from: MemoryByteSource(MiniatureBinary().bytes))
        #expect(binary.buildInfo.goVersion == "go1.25.5")
        let request = try #require(try binary.structLayout(package: "net/http", name: "Request"))
        #expect(request.fields.map(\.name) == ["Method"])
        #expect(request.package == "net/http")
        let function = try #require(try binary.function(named: "net/http.(*conn).serve"))
        #expect(try binary.functionContaining(function.address + 3) == function)
        let outcome = try Planner().plan(binary)
        guard case .refusal(.requirementMissing(let libraries)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        let server = try #require(libraries.first { $0.name == "net/http server" })
        #expect(server.fields.map(\.field) == ["Method"])
        #expect(!server.missing.contains { $0.what == "http_server_begin" || $0.what == "http_server_end" })
    }
}
