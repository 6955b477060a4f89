import Fuzzing
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import GoBinary

/// Files that claim much, or change: what they cost is bounded by what the largest real ones do.
@Suite struct HostileSizeTests {
    /// Every aligned word of a 4 KB program, made a huge number.
    @Test(arguments: [UInt64(0xffff_ffff), 1 << 32, 4 << 30 - 1, 1 << 62, 1 << 63, .max, 16 << 20, 2 << 20])
    func `a small file's huge claims cost little`(claim: UInt64) {
        let original = MiniatureBinary()
        for width in [4, 8] {
            for position in stride(from: 0, to: original.bytes.count, by: width) {
                var changed = original
                if width == 8 {
                    changed.put(claim, at: position)
                } else {
                    changed.put(UInt32(truncatingIfNeeded: claim), at: position)
                }
                let budget = AnalysisBudget()
                _ = Analysis(MemoryByteSource(changed.bytes), budget)
                #expect(budget.spent < 24 << 20, "\(claim) at \(position)")
            }
        }
    }

    /// Each of the types' names, descriptors and list entries is far from the one before, and all have one name.
    @Test func `equal names that are far apart end the analysis`() throws {
        var file = MiniatureBinary()
        let (count, stride) = (6000, 1 << 20)
        file.grow(to: 4 * stride)
        file.put(UInt64(count), at: MiniatureBinary.moduleData + 360)
        file.put(UInt64(count), at: MiniatureBinary.moduleData + 368)
        file.put(file.address(stride), at: MiniatureBinary.moduleData + 352)
        file.put(file.address(4 * stride), at: MiniatureBinary.moduleData + 304)
        file.addEqualTypes(count, links: stride, descriptors: 2 * stride, name: 3 * stride, "*http.Server")
        let budget = AnalysisBudget()
        let binary = try GoBinary.read(from: MemoryByteSource(file.bytes), budget: budget)
        #expect(throws: GoBinaryError.overBudget) {
            for _ in 0..<20 { _ = try binary.structLayout(package: "example.com/http", name: "Server") }
        }
        // And it stays at an end.
        #expect(throws: GoBinaryError.overBudget) { try binary.structLayout(package: "net/http", name: "Request") }
    }

    /// The file's length says nothing about the room that it takes.
    @Test(arguments: [UInt64(300) << 20, 2 << 30])
    func `a sparse file is not looked through for long`(size: UInt64) throws {
        var file = MiniatureBinary()
        file.put(size, at: MiniatureBinary.dataHeader + 32)
        // Its tables are to be looked for.
        file.put(UInt64(0), at: MiniatureBinary.buildInfo)
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/sparse"
        try writeFile(path, file.bytes)
        try #require(truncate(path, Int(size)) == 0)
        let budget = AnalysisBudget(limit: 32 << 20)
        let error = #expect(throws: GoBinaryError.self) {
            try GoBinary.read(from: try FileByteSource(path: FilePath(path)), budget: budget)
        }
        #expect(error == .overBudget || error == .tooLarge("\(size + 512) bytes of loadable segments"))
        #expect(budget.spent < 33 << 20)
    }

    @Test func `types that contain themselves are no maze`() throws {
        var file = MiniatureBinary()
        let pointer = file.address(MiniatureBinary.types + 64)
        // The struct embeds a pointer to itself, and the pointer type is what it points to.
        file.put(pointer, at: MiniatureBinary.types + 320 + 8)
        file.put(UInt8(9), at: Int(file.word(MiniatureBinary.types + 320) - file.address(0)))
        let binary = try GoBinary.read(from: MemoryByteSource(file.bytes))
        let request = try #require(try binary.structLayout(package: "net/http", name: "Request"))
        #expect(request.fields.map(\.isEmbedded) == [true])
        #expect(try binary.fieldPath("Nothing", in: request) == nil)
        #expect(try binary.fieldPath("Method.Method.Method.Nothing", in: request) == nil)
        file.put(pointer, at: MiniatureBinary.types + 64 + 48)
        let circular = try GoBinary.read(from: MemoryByteSource(file.bytes))
        #expect(try circular.structLayout(package: "net/http", name: "Request") == nil)
    }

    /// Offsets of data are 32 bits wide: here the data goes on behind the last one.
    @Test func `data at the end of its offsets' range is looked through to that end`() throws {
        let offset: UInt32 = 0xffff_ff00
        var file = MiniatureBinary()
        // The last function's record says that it has an inline tree.
        let record = MiniatureBinary.functionTable + 288 + 120
        file.put(UInt8(4), at: record + 43)
        file.put(offset, at: record + 44 + 12)
        // What the tree's offset counts from, and a segment that begins with the tree and holds nothing but zeros, which
        // is the offset of the first name.
        let data = file.word(MiniatureBinary.moduleData + 320)
        file.put(UInt16(3), at: 56)
        file.put(UInt64(4 << 32 | 1), at: 176)
        file.put(UInt64(3104), at: 184)
        file.put(data + UInt64(offset), at: 192)
        file.put(UInt64(480), at: 208)
        let binary = try GoBinary.read(from: MemoryByteSource(file.bytes))
        let name = "net/http.(*conn).hijacked"
        #expect(try binary.inlinedCalls(of: [name]) == [name: []])
    }

    /// Room that only a sparse file has.
    @Test func `segments of which the sizes' sum overflows are refused`() throws {
        var file = MiniatureBinary()
        for header in 0..<12 {
            file.put(UInt64(6 << 32 | 1), at: 64 + header * 56)
            file.put(UInt64(1) << 62 - 1, at: 64 + header * 56 + 32)
        }
        file.put(UInt16(12), at: 56)
        var source = PatchedByteSource(file.bytes)
        source.resize(.max >> 1)
        #expect(throws: GoBinaryError.self) { try GoBinary.read(from: source) }
    }

    /// To normalise a string takes as long as its longest run of marks, squared.
    @Test func `a name of nothing but combining marks is cut short`() throws {
        let marks = (0..<200_000).map { $0.isMultiple(of: 2) ? "\u{301}" : "\u{316}" }.joined()
        let text = String(programText: Array("a\(marks)b".utf8))
        #expect(text.unicodeScalars.count == 32)
        let usual = "é e\u{301} 日本"
        #expect(String(programText: Array(usual.utf8)).unicodeScalars.elementsEqual(usual.unicodeScalars))
    }

    /// Truncated, emptied, or overwritten by another program or noise.
    @Test(arguments: 0..<4)
    func `a file that changes while it is read is no program or another one`(kind: Int) throws {
        let before = try readFile(try GoToolchain.newest.build("httpserver", mode: .strippedPIE))
        let other = try readFile(try GoToolchain.oldest.build("httpserver", mode: .strippedPIE))
        let after: [UInt8]
        switch kind {
        case 0: after = Array(before.prefix(before.count / 2))
        case 1: after = []
        case 2: after = other
        default:
            var generator = SeededGenerator(seed: 1)
            after = before.map { $0 ^ UInt8(truncatingIfNeeded: generator.next()) }
        }
        let whole = Analysis(MemoryByteSource(before))
        var failures = 0
        for count in Array(0..<40) + stride(from: 40, to: 200, by: 20) {
            let analysis = Analysis(ShiftingByteSource(before, then: after, behind: count))
            if analysis.error != nil { failures += 1 }
        }
        #expect(whole.error == nil)
        #expect(failures > 20)
    }
}

extension MiniatureBinary {
    /// Adds a list of types with the same name, in an order that has each look-up read the file again.
    fileprivate mutating func addEqualTypes(
        _ count: Int, links: Int, descriptors: Int, name: Int, _ text: String
    ) {
        for index in 0..<count {
            let descriptor = descriptors + index * 64
            put(UInt32(descriptor - Self.types), at: links + index * 4)
            put(UInt8(22), at: descriptor + 23)
            put(UInt32(name - Self.types), at: descriptor + 40)
            // A struct of another package.
            put(address(Self.types + 128), at: descriptor + 48)
        }
        bytes[name] = 1
        bytes[name + 1] = UInt8(text.utf8.count)
        for (index, byte) in text.utf8.enumerated() { bytes[name + 2 + index] = byte }
    }
}
