import TestSupport
import Testing

@testable import GoBinary

@Suite struct ImplementationTests {
    private func context(in binary: GoBinary) throws -> InterfaceLayout {
        try #require(try binary.interfaceLayout(package: "context", name: "Context", match: .exact))
    }

    @Test(arguments: Sample.all + Sample.otherLinkers)
    func findsTheTypesThatAreUsedAsAContext(_ sample: Sample) throws {
        let binary = try sample.read()
        let found = try binary.implementations(of: try context(in: binary))
        #expect(found == found.sorted() && Set(found).count == found.count)
        for name in ["cancelCtx", "valueCtx"] {
            let type = try #require(try binary.namedType(package: "context", name: name))
            #expect(found.contains(type.pointerTypeAddress), "\(name)")
            #expect(!found.contains(type.typeAddress), "\(name)")
        }
        let connection = try #require(try binary.namedType(package: "net", name: "TCPConn"))
        #expect(!found.contains(connection.pointerTypeAddress))
    }

    /// A type's itabs show its own hash.
    @Test(arguments: Sample.all + Sample.otherLinkers) func knowsTypesByTheHashInTheirItabs(_ sample: Sample) throws {
        let binary = try sample.read()
        let itabs = try binary.itabs()
        #expect(itabs.count > 200)
        for itab in itabs {
            let hash = try binary.image.load(UInt32.self, at: itab.address + 16, "hash of an itab")
            #expect(try binary.typeHash(at: itab.typeAddress) == hash)
        }
    }

    @Test(arguments: Sample.all) func comparesInterfacesByTheirMethods(_ sample: Sample) throws {
        let binary = try sample.read()
        let context = try context(in: binary)
        func layout(_ package: String, _ name: String) throws -> InterfaceLayout {
            try #require(try binary.interfaceLayout(package: package, name: name))
        }
        let (reader, closer) = (try layout("io", "Reader"), try layout("io", "ReadCloser"))
        #expect(try binary.covers(closer.typeAddress, reader))
        #expect(try !binary.covers(reader.typeAddress, closer))
        #expect(try binary.covers(context.typeAddress, context))
        #expect(try !binary.covers(try layout("net", "Conn").typeAddress, context))
        #expect(try binary.covers(try layout("net", "Conn").typeAddress, closer))
    }
}
