import TestSupport
import Testing

@testable import GoBinary

@Suite struct StructTests {
    /// Facts that were read from the sources of these releases.
    @Test(arguments: Sample.all) func findsFieldsInEveryBuild(_ sample: Sample) throws {
        let binary = try sample.read()
        let minor = sample.toolchain.minor
        let offsets: [(package: String, type: String, field: String, offset: UInt64)] = [
            ("net/http", "Request", "Method", 0), ("net/http", "Request", "URL", 16),
            ("net/http", "Request", "ctx", minor >= 23 ? 248 : 232),
            ("net/http", "response", "req", 8), ("net/http", "response", "status", minor >= 27 ? 128 : 120),
            ("net/http", "conn", "remoteAddr", 32), ("net/url", "URL", "RawQuery", minor >= 26 ? 88 : 96),
            ("runtime", "g", "goid", [23, 24].contains(minor) ? 160 : 152), ("context", "valueCtx", "val", 32),
        ]
        for (package, type, field, offset) in offsets {
            let layout = try #require(try binary.structLayout(package: package, name: type), "\(package).\(type)")
            #expect(layout.package == package)
            #expect(layout.name == type)
            #expect(layout.field(named: field)?.offset == offset, "\(package).\(type).\(field)")
        }
        #expect(try binary.structLayout(package: "net/http", name: "Nothing") == nil)
        #expect(try binary.structLayout(package: "example.org/http", name: "Request") == nil)
    }

    @Test(arguments: Sample.all) func followsFieldsToTheirTypes(_ sample: Sample) throws {
        let binary = try sample.read()
        let request = try #require(try binary.structLayout(package: "net/http", name: "Request"))
        let url = try #require(request.field(named: "URL"))
        #expect(url.kind == .pointer)
        let element = try #require(try binary.elementType(of: url.typeAddress))
        #expect(element.kind == .structure)
        let layout = try #require(try binary.structLayout(package: "net/url", name: "URL"))
        #expect(element.address == layout.typeAddress)
        #expect(url.typeAddress == layout.pointerTypeAddress)
        #expect(request.field(named: "Host")?.kind == .string)
        let value = try #require(try binary.structLayout(package: "context", name: "valueCtx"))
        #expect(value.field(named: "Context")?.isEmbedded == true)
        #expect(value.field(named: "key")?.isEmbedded == false)
        #expect(value.field(named: "key")?.kind == .interface)
    }

    @Test(arguments: Sample.all) func readsHowHeadersAreStored(_ sample: Sample) throws {
        let binary = try sample.read()
        let expected: MapLayout =
            switch sample.toolchain.minor {
            case ..<24:
                .classic(
                    .init(
                        keySize: 16, elemSize: 24, bucketSize: 336, keysOffset: 8, elemsOffset: 136,
                        overflowOffset: 328, isKeyIndirect: false, isElemIndirect: false))
            default:
                .swiss(
                    .init(
                        groupSize: 328, keysOffset: 8, keyStride: 40, elemsOffset: 24, elemStride: 40,
                        isKeyIndirect: false, isElemIndirect: false))
            }
        #expect(try binary.mapLayout(package: "net/http", name: "Header") == expected)
        let request = try #require(try binary.structLayout(package: "net/http", name: "Request"))
        let header = try #require(request.field(named: "Header"))
        #expect(header.kind == .map)
        #expect(try binary.mapLayout(at: header.typeAddress) == expected)
        #expect(try binary.mapLayout(package: "net/http", name: "Request") == nil)
    }

    @Test(arguments: [
        ("net/http", ["http"]), ("gopkg.in/yaml.v3", ["yaml.v3", "yaml"]),
        ("github.com/redis/go-redis/v9", ["v9", "go-redis", "redis"]),
        ("github.com/segmentio/kafka-go", ["kafka-go", "kafka"]), ("main", ["main"]), ("", [""]),
        ("crypto/internal/entropy/v1.0.0", ["v1.0.0", "entropy", "v1"]),
    ])
    func guessesPackageNamesFromPaths(_ path: String, _ names: [String]) {
        #expect(TypeTable.packageNames(of: path) == names)
    }
}
