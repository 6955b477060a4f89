import SystemPackage
import TestSupport
import Testing

@testable import GoBinary

@Suite struct HostileInputTests {
    /// One of each layout of module data, linked in both ways.
    static let samples = [
        Sample(toolchain: .oldest, mode: .stripped),
        Sample(toolchain: GoToolchain.some[2], mode: .strippedPIE),
        Sample(toolchain: GoToolchain.some[3], mode: .stripped),
        Sample(toolchain: .newest, mode: .strippedPIE),
        Sample(toolchain: .newest, mode: .sectionless),
    ]

    /// The analysis must end well within a second, whatever it makes of the file.
    private func analyse(_ source: some ByteSource, _ what: @autoclosure () -> String) -> Analysis {
        let clock = ContinuousClock()
        let start = clock.now
        let analysis = Analysis(source)
        let duration = start.duration(to: clock.now)
        #expect(duration < .seconds(1), "\(what()) took \(duration)")
        return analysis
    }

    @Test(arguments: samples) func survivesTruncation(_ sample: Sample) throws {
        var source = DamagedByteSource(MemoryByteSource(try readFile(try sample.path())))
        let whole = analyse(source, "the whole file")
        #expect(whole.error == nil)
        #expect(whole.functions.count == 4)
        #expect(whole.structs.count == 5)
        #expect(whole.map != nil)
        let size = source.size
        var failures = 0
        for length in Array(0..<80) + (1..<120).map({ size * $0 / 120 }) {
            source.size = length
            if analyse(source, "\(length) bytes").error != nil { failures += 1 }
        }
        #expect(failures >= 100)
    }

    @Test(arguments: samples) func survivesCorruption(_ sample: Sample) throws {
        let original = MemoryByteSource(try readFile(try sample.path()))
        let binary = try GoBinary.read(from: original)
        let targets = try vitalRanges(of: binary)
        let whole = Analysis(original)
        var generator = SeededGenerator(seed: UInt64(sample.toolchain.minor))
        var (failures, differences) = (0, 0)
        for round in 0..<300 {
            var source = DamagedByteSource(original)
            let target = targets[round % targets.count]
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let position = UInt64.random(in: target, using: &generator)
                let word =
                    [0, .max, 1 << 63, 0x7fff_ffff, generator.next(), generator.next() & 0xff_ffff]
                    .randomElement(using: &generator) ?? 0
                let length = [1, 1, 4, 8].randomElement(using: &generator) ?? 1
                let start = length == 1 ? position : position & ~UInt64(length - 1)
                for index in 0..<UInt64(length) {
                    source.changes[start + index] = UInt8(truncatingIfNeeded: word >> (8 * index))
                }
            }
            let analysis = analyse(source, "round \(round): \(source.changes)")
            if analysis.error != nil { failures += 1 } else if analysis != whole { differences += 1 }
        }
        #expect(failures > 30)
        #expect(differences > 0)
    }

    /// File ranges that are read: headers, function table and its ends, module data, type lists, types.
    private func vitalRanges(of binary: GoBinary) throws -> [Range<UInt64>] {
        let (image, header) = (binary.image, binary.functionTable.header)
        var ranges: [Range<UInt64>] = [0..<64, 64..<700]
        func add(_ address: UInt64, _ count: UInt64) {
            guard let offset = image.fileOffset(of: address, count: count) else { return }
            ranges.append(offset..<offset + count)
        }
        add(header.address, 72)
        add(binary.functionTable.start, 4096)
        add(binary.functionTable.start + header.functionCount * 8 - 64, 4096)
        for segment in image.elf.segments where segment.isWritable {
            for address in try SegmentScan(segment, image).words(equalTo: header.address) { add(address, 416) }
        }
        switch binary.types.links {
        case .offsets(let address, let count):
            add(address, count * 4)
            add(binary.types.types.lowerBound, 4096)
        case .descriptors(let range): add(range.lowerBound, range.upperBound - range.lowerBound)
        }
        for (package, name) in [("net/http", "Request"), ("runtime", "g"), ("net/http", "response")] {
            let layout = try #require(try binary.structLayout(package: package, name: name))
            add(layout.typeAddress, 96)
            add(try #require(layout.pointerTypeAddress), 56)
            add(try image.pointer(at: layout.typeAddress + 56, "fields"), UInt64(layout.fields.count) * 24)
        }
        if image.elf.dynamic.relaSize > 0 {
            add(image.elf.dynamic.rela, image.elf.dynamic.relaSize)
            ranges += try dynamicSections(image)
        }
        return ranges
    }

    private func dynamicSections(_ image: Image) throws -> [Range<UInt64>] {
        try ProgramHeader.all(in: image.file).filter { $0.type == ProgramHeader.dynamic }
            .map { $0.segment.fileOffset..<$0.segment.fileOffset + $0.segment.fileSize }
    }

    /// Many segments that are all the same large part of the file would have to be looked through one by one.
    @Test func refusesSegmentsThatOverlap() throws {
        var bytes = try readFile(try Self.samples[0].path())
        let first = 64
        let wanted = [UInt8](bytes[first..<first + 56])
        for header in 1..<100 { bytes.replaceSubrange(first + header * 56..<first + (header + 1) * 56, with: wanted) }
        for header in 0..<100 {
            let start = first + header * 56
            bytes.replaceSubrange(start..<start + 8, with: [1, 0, 0, 0, 6, 0, 0, 0])
            bytes.replaceSubrange(start + 32..<start + 40, with: [0, 0, 0x20, 0, 0, 0, 0, 0])
        }
        bytes[56] = 100
        let analysis = analyse(MemoryByteSource(bytes), "overlapping segments")
        #expect(analysis.error == .corrupt("ELF segments that overlap in the file"))
    }

    @Test(arguments: 0..<200) func survivesGarbage(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var bytes = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &generator) }
        // Half of them pass for executables of the right kind.
        if seed.isMultiple(of: 2) {
            bytes.replaceSubrange(0..<7, with: [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
            bytes.replaceSubrange(16..<20, with: [2, 0, 62, 0])
            bytes.replaceSubrange(32..<40, with: [64, 0, 0, 0, 0, 0, 0, 0])
            bytes.replaceSubrange(54..<58, with: [56, 0, 4, 0])
            bytes.replaceSubrange(64..<72, with: [1, 0, 0, 0, 6, 0, 0, 0])
        }
        #expect(analyse(MemoryByteSource(bytes), "seed \(seed)").error != nil)
    }
}
