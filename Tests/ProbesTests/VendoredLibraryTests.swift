import Glibc
import GoBinary
import Probes
import SystemPackage
import TestSupport
import Testing

/// Programs built the way of GOPATH, in which a vendored package has a path of its own.
@Suite struct `A vendored library` {
    private static let go = GoToolchain.oldest
    private static let router = "github.com/go-chi/chi"
    private static let chi = "\(router)/v5.(*Mux).ServeHTTP"

    /// Builds a program that serves with a router that it vendors from a Debian release, and one that also has packages
    /// which use other copies.
    ///
    /// - Parameters:
    ///   - vendored: packages that vendor the router; `shop` is the program.
    ///   - forked: packages that vendor a router of which a struct has one field more.
    ///   - unvendored: packages that use the router itself.
    private func build(
        vendored: [String], forked: [String] = [], unvendored: [String] = []
    ) throws -> ProbePlan {
        let folder = try TemporaryFolder()
        let libraries = vendored + forked + unvendored
        let gocode = "\(CacheFolder.path)/debian/bookworm/gocode"
        for name in libraries {
            let package = "\(folder.path)/src/example.org/\(name)"
            try createFolder(package)
            let imports = name == "shop" ? libraries.filter { $0 != "shop" } : []
            try writeFile("\(package)/\(name).go", Array(Self.source(name, imports: imports).utf8))
            if unvendored.contains(name) { continue }
            try vendor(from: "\(gocode)/src/\(Self.router)", in: package, isForked: forked.contains(name))
        }
        let built = try Command.run(
            [Self.go.command, "build", "-ldflags=-s -w", "-o", "\(folder.path)/shop", "example.org/shop"],
            environment: [
                "CGO_ENABLED": "0", "GO111MODULE": "off", "GOCACHE": "\(CacheFolder.path)/gocache", "GOFLAGS": "",
                "GOPATH": "\(folder.path):\(gocode)", "GOTOOLCHAIN": "local",
            ])
        try #require(built.code == 0, "\(built.errors)")
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath("\(folder.path)/shop")))
        return try #require(try Planner().plan(binary).plan)
    }

    private func vendor(from sources: String, in package: String, isForked: Bool) throws {
        let folder = "\(package)/vendor/\(Self.router)/v5"
        try createFolder(folder)
        for file in try fileNames(in: sources) where file.hasSuffix(".go") && !file.hasSuffix("_test.go") {
            var text = String(decoding: try readFile("\(sources)/\(file)"), as: UTF8.self)
            if isForked { text.replace("\tRoutePatterns []string", with: "\tForked bool\n\tRoutePatterns []string") }
            try writeFile("\(folder)/\(file)", Array(text.utf8))
        }
    }

    private static func source(_ name: String, imports: [String]) -> String {
        """
        package \(name == "shop" ? "main" : name)

        import (
            "net/http"

            "\(router)/v5"
        \(imports.map { "    \"example.org/\($0)\"" }.joined(separator: "\n"))
        )

        func Handler() http.Handler {
            router := chi.NewRouter()
            router.Get("/\(name)/{id}", func(http.ResponseWriter, *http.Request) {})
        \(imports.map { "    router.Mount(\"/\($0)\", \($0).Handler())" }.joined(separator: "\n"))
            return router
        }
        \(name == "shop" ? "\nfunc main() { http.ListenAndServe(\"127.0.0.1:0\", Handler()) }\n" : "")
        """
    }

    private func router(_ plan: ProbePlan) throws -> LibraryReport {
        try #require(plan.libraries.first { $0.name == "github.com/go-chi/chi routes" })
    }

    @Test func `is traced where the program has no other copy`() throws {
        let router = try router(try build(vendored: ["shop"]))
        #expect(router.state == .ready && router.missing.isEmpty)
        #expect(router.probes.map(\.symbol) == ["example.org/shop/vendor/\(Self.chi)"])
        #expect(router.fields.contains { $0.type == "github.com/go-chi/chi/v5.Context" })
    }

    @Test func `is traced in all its copies where they are of one release`() throws {
        let plan = try build(vendored: ["shop", "billing"], unvendored: ["stock"])
        let router = try router(plan)
        #expect(router.state == .ready && router.missing.isEmpty, "\(router.missing)")
        #expect(
            router.probes.map(\.symbol).sorted() == [
                "example.org/billing/vendor/\(Self.chi)", "example.org/shop/vendor/\(Self.chi)", Self.chi,
            ])
        #expect(Set(router.probes.map(\.address)).count == 3)
    }

    @Test func `is traced in one copy where another is laid out differently`() throws {
        let router = try router(try build(vendored: ["shop"], forked: ["billing"]))
        #expect(router.state == .partial)
        #expect(router.probes.count == 1)
        let copies = ["billing", "shop"].map { "example.org/\($0)/vendor/\(Self.chi)" }
        let missing = try #require(router.missing.first)
        #expect(Set(router.probes.map(\.symbol) + [missing.what]) == Set(copies))
        #expect(missing.reason == "another copy of the library, laid out differently")
        #expect(missing.consequence == "no routes from that copy")
    }
}
