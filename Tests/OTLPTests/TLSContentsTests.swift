import TestSupport
import Testing

@testable import OTLP

@Suite struct `Contents that connections are secured with` {
    @Test func `are one object for all that hold the same, as long as somebody has it`() throws {
        let bytes = Array("the same bytes".utf8)
        var first: TLSContents? = .of(bytes)
        #expect(first === TLSContents.of(Array("the same bytes".utf8)) && first != .of(bytes + [0]))
        #expect(TLSSettings.Source.bytes(bytes) == .bytes(bytes) && TLSSettings.Source.bytes(bytes) != .bytes([]))
        weak let forgotten = first
        first = nil
        #expect(forgotten == nil && TLSContents.of(bytes).bytes == bytes)
    }

    @Test func `are parsed once`() throws {
        let folder = try TemporaryFolder()
        let files = try SelfSignedCertificate(in: folder.path)
        let (certificate, key) = (
            TLSContents.of(try readFile(files.certificate)), TLSContents.of(try readFile(files.key))
        )
        #expect(certificate.certificates.count == 1 && certificate.certificates[0] === certificate.certificates[0])
        #expect(try key.key() === key.key())
        #expect(throws: TLSMaterialError.key) { try certificate.key() }
        #expect(key.certificates.isEmpty)
    }
}
