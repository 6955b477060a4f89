import GoBinary
import Testing

@testable import Probes

@Suite struct `Debian's Go programs` {
    /// Each state against what the file says by itself: the names of functions and types that are in it, as text.
    @Test(.enabled(if: DebianProgram.areFetched, "fetched by `make setup-tests`"), arguments: DebianProgram.all)
    func `are told what can be traced of each library, as they link it`(program: DebianProgram) throws {
        let binary = try program.analyse()
        let libraries = try Planner().plan(binary).libraries
        print(Self.table(program, binary, libraries))
        let anchors = Dictionary(grouping: Catalogue.standard.libraries, by: \.name).mapValues { $0.map(\.anchor) }
        let names = try NamesInFile(
            path: program.path,
            functions: anchors.values.joined() + libraries.flatMap(\.probes).map(\.symbol),
            types: libraries.flatMap(\.fields).map(\.type))
        for library in libraries {
            let isLinked = (anchors[library.name] ?? []).contains { names.hasFunction($0) }
            #expect(isLinked == (library.state != .absent), "\(library.name)")
            let unnamed = library.probes.map(\.symbol).filter { !names.hasFunction($0) }
            #expect(unnamed == [], "\(library.name)")
            let untyped = library.fields.map(\.type).filter { !names.hasType($0) }
            #expect(untyped == [], "\(library.name)")
        }
    }

    private static func table(
        _ program: DebianProgram, _ binary: GoBinary, _ libraries: [LibraryReport]
    ) -> String {
        libraries.reduce("\(program.testDescription), \(binary.buildInfo.goVersion)") { table, library in
            let name = library.name + String(repeating: " ", count: max(0, 34 - library.name.count))
            let probes = library.probes.isEmpty ? "" : ", probes: \(library.probes.count)"
            let missing =
                library.missing.isEmpty ? "" : "; without " + library.missing.map(\.what).joined(separator: ", ")
            return table + "\n    \(name)\(library.state.rawValue)\(probes)\(missing)"
        }
    }

    @Test(.enabled(if: DebianProgram.areFetched, "fetched by `make setup-tests`"), arguments: DebianProgram.all)
    func `can be traced completely`(program: DebianProgram) throws {
        let binary = try program.analyse()
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
