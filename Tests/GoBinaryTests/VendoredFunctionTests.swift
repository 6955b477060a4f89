import SystemPackage
import TestSupport
import Testing

@testable import GoBinary

@Suite struct VendoredFunctionTests {
    /// The standard library has copies of packages of golang.org/x in net/http and crypto.
    @Test(arguments: Sample.all.filter { $0.mode == .stripped })
    func findsFunctionsOfVendoredPackages(_ sample: Sample) throws {
        let binary = try sample.read()
        let names: Set = [
            "golang.org/x/net/http/httpguts.ValidHeaderFieldName", "golang.org/x/net/idna.(*Profile).process",
            "x/net/idna.(*Profile).process", "net/http.(*conn).serve", "main.main", "n", "net/http.none",
        ]
        let copies = try binary.functionCopies(named: names)
        let profile = try #require(try binary.function(named: "vendor/golang.org/x/net/idna.(*Profile).process"))
        #expect(copies["golang.org/x/net/idna.(*Profile).process"] == [profile])
        #expect(
            copies["net/http.(*conn).serve"] == [try #require(try binary.function(named: "net/http.(*conn).serve"))])
        #expect(copies["main.main"]?.count == 1)
        // `golang.org/` is no vendor folder.
        #expect(copies["x/net/idna.(*Profile).process"] == nil)
        #expect(copies["n"] == nil)
        #expect(copies["net/http.none"] == nil)
        #expect(try binary.functions(named: names).count == 2)
    }

    @Test(arguments: ["bookworm", "trixie", "sid"]) func findsWhatCaddyVendors(_ release: String) throws {
        let path = "\(CacheFolder.path)/debian/\(release)/caddy/usr/bin/caddy"
        let binary = try GoBinary.read(from: FileByteSource(path: FilePath(path)))
        let vendored = "google.golang.org/genproto/googleapis/rpc/status.(*Status).Reset"
        let escaped = GoBinary.linkerName(ofPackage: "gopkg.in/yaml.v3") + ".(*parser).peek"
        let serve = "net/http.(*conn).serve"
        let copies = try binary.functionCopies(named: [vendored, escaped, serve])
        let expected = try binary.functions(withPrefix: "").filter {
            $0.name == vendored || $0.name == "github.com/caddyserver/caddy/v2/vendor/" + vendored
        }
        #expect(!expected.isEmpty)
        #expect(copies[vendored] == expected.sorted { $0.name == vendored && $1.name != vendored })
        #expect(copies[escaped]?.map(\.name) == [escaped])
        #expect(copies[serve]?.map(\.name) == [serve])
    }

    @Test func listsTheProperFunctionBeforeItsCopies() {
        let wanted = WantedNames(["a.b", "example.org/p.F"], takesCopies: true)
        #expect(wanted.wanted("a.b") == "a.b")
        #expect(wanted.wanted("vendor/a.b") == "a.b")
        #expect(wanted.wanted("x/vendor/a.b") == "a.b")
        #expect(wanted.wanted("xa.b") == nil)
        #expect(wanted.wanted("xvendor/a.b") == nil)
        #expect(wanted.wanted("x/vendor/y/a.b") == nil)
        #expect(wanted.wanted("vendor/example.org/p.F") == "example.org/p.F")
        #expect(wanted.wanted("example.org/p.F") == "example.org/p.F")
        #expect(wanted.wanted("example.org/p.F2") == nil)
        #expect(wanted.wanted("other.org/example.org/p.F") == nil)
        #expect(wanted.wanted("") == nil)
    }
}
