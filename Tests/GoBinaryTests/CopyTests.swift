import GoBinary
import TestSupport
import Testing

/// Packages that a program has more than once, or only where it vendors them.
@Suite(.enabled(if: DebianFile.areThere, "fetched by `make setup-tests`"))
struct CopyTests {
    /// The standard library vendors x/net, which these programs use as well.
    @Test(arguments: DebianFile.all) func findsEveryCopyTheExactOneFirst(_ file: DebianFile) throws {
        let binary = try file.read()
        let (package, vendored) = ("golang.org/x/net/http2/hpack", "vendor/golang.org/x/net/http2/hpack")
        let layouts = try binary.structLayouts(package: package, name: "HeaderField")
        #expect(layouts.map(\.package) == [package, vendored])
        #expect(
            layouts.map { $0.fields.map(\.name) } == [["Name", "Value", "Sensitive"], ["Name", "Value", "Sensitive"]])
        #expect(layouts[0].typeAddress != layouts[1].typeAddress)
        #expect(try binary.structLayout(package: package, name: "HeaderField") == layouts[0])
        for layout in layouts {
            #expect(try binary.structLayout(package: layout.package, name: "HeaderField", match: .exact) == layout)
        }
        #expect(try binary.structLayouts(package: vendored, name: "HeaderField") == [layouts[1]])
        #expect(try binary.structLayouts(package: "x/net/http2/hpack", name: "HeaderField").isEmpty)
        // The standard library has only its own copy of this one, if the program hasn't another.
        let builders = try binary.structLayouts(package: "golang.org/x/crypto/cryptobyte", name: "Builder")
        #expect(builders.map(\.package).last == "vendor/golang.org/x/crypto/cryptobyte")
    }

    /// As Debian's dockerd does, caddy carries packages that Debian hasn't.
    @Test(arguments: DebianFile.all.filter { $0.command == "caddy" })
    func tellsVendoredPackagesByTheirPrefix(_ file: DebianFile) throws {
        let binary = try file.read()
        let package = "github.com/google/cel-go/cel"
        let prefix = "github.com/caddyserver/caddy/v2/vendor/"
        let layout = try #require(try binary.structLayout(package: package, name: "Env"))
        #expect(layout.package == prefix + package)
        #expect(try binary.structLayout(package: prefix + package, name: "Env", match: .exact) == layout)
        #expect(try binary.structLayout(package: package, name: "Env", match: .exact) == nil)
        #expect(try binary.structLayout(package: "github.com/moby/vendor/" + package, name: "Env") == nil)
        let type = try #require(try binary.namedType(package: package, name: "Env"))
        #expect(type.package == prefix + package)
        #expect(type.typeAddress == layout.typeAddress)
        #expect(type.pointerTypeAddress == layout.pointerTypeAddress)
        #expect(try binary.namedType(package: package, name: "Env", match: .exact) == nil)
    }

    /// google.golang.org/grpc 1.69 made ServerStream of Stream, and embeds it by value from 1.83 on.
    @Test(arguments: DebianFile.all) func findsFieldsOfStreamsWhereverTheyMoved(_ file: DebianFile) throws {
        let binary = try file.read()
        let package = "google.golang.org/grpc/internal/transport"
        let stream = try #require(try binary.structLayout(package: package, name: "Stream"))
        let server = try binary.structLayout(package: package, name: "ServerStream")
        #expect((server != nil) == (file.suite == "sid"))
        for layout in [stream, server].compactMap({ $0 }) {
            let method = try #require(try binary.fieldPath("method", in: layout))
            #expect(method.kind == .string)
            #expect(method.hops.count == 1)
            #expect(method.hops[0] == stream.field(named: "method")?.offset)
        }
        #expect(server?.field(named: "method") == nil)
    }
}
