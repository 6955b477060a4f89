import TestSupport
import Testing

@testable import GoBinary

@Suite struct RelocationTests {
    /// Some linkers leave zeros where the loader will write a pointer.
    @Test(arguments: Sample.all.filter { $0.mode.isPIE && $0.mode.isStripped })
    func readsPointersThatOnlyRelocationsHave(_ sample: Sample) throws {
        var bytes = try readFile(try sample.path())
        let original = MemoryByteSource(bytes)
        let cleared = try clearRelocatedWords(of: &bytes, original)
        #expect(cleared > 1000)
        let analysis = Analysis(MemoryByteSource(bytes))
        #expect(analysis.error == nil)
        #expect(analysis.map != nil)
        #expect(analysis == Analysis(original))
    }

    /// Returns how many of the words weren't zero.
    private func clearRelocatedWords(of bytes: inout [UInt8], _ source: MemoryByteSource) throws -> Int {
        let image = try Image(source)
        let relative = image.elf.architecture.relativeRelocation
        let (table, size) = (image.elf.dynamic.rela, image.elf.dynamic.relaSize)
        var cleared = 0
        for entry in stride(from: table, to: table + size, by: 24) {
            guard try image.load(UInt64.self, at: entry + 8, "relocation") == relative else { continue }
            let address = try image.load(UInt64.self, at: entry, "relocation")
            let offset = Int(try #require(image.fileOffset(of: address, count: 8)))
            if bytes[offset..<offset + 8].contains(where: { $0 != 0 }) { cleared += 1 }
            bytes.replaceSubrange(offset..<offset + 8, with: repeatElement(0, count: 8))
        }
        return cleared
    }
}
