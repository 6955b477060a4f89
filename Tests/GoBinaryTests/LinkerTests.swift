import TestSupport
import Testing

@testable import GoBinary

@Suite struct LinkerTests {
    /// What is compiled in, however it is linked; addresses differ.
    private struct Facts: Equatable {
        var functions: [String]
        var inlined: [String: Int]
        var structs: [String]
        var arguments: [String: String]

        init(_ binary: GoBinary) throws {
            functions = try binary.functions(withPrefix: "net/http.").map(\.name).sorted()
            let names: Set = ["net/http.Header.Get", "net/http.(*Server).shuttingDown", "net/http.(*conn).serve"]
            inlined = try binary.inlinedCalls(of: names).mapValues { calls in
                calls.filter { $0.caller.name.hasPrefix("net/http.") }.count
            }
            arguments = try binary.functions(named: names).compactMapValues { try binary.arguments(of: $0)?.shape }
            structs = []
            for (package, name) in [
                ("net/http", "Request"), ("net/http", "response"), ("net/url", "URL"), ("runtime", "g"),
            ] {
                let layout = try #require(try binary.structLayout(package: package, name: name))
                structs.append("\(layout.name) \(layout.size): \(layout.fields.map { "\($0.name) \($0.offset)" })")
            }
        }
    }

    @Test(arguments: Sample.otherLinkers) func readsWhatAnyLinkerMakes(_ sample: Sample) throws {
        let binary = try sample.read()
        #expect(binary.buildMode == (sample.mode == .cShared ? .cShared : .pie))
        let facts = try Facts(binary)
        #expect(facts.functions.count > 500)
        #expect(facts == (try Facts(Sample(toolchain: sample.toolchain, mode: .gccPIE).read())))
        let analysis = Analysis(MemoryByteSource(try readFile(try sample.path())))
        #expect(analysis.error == nil)
        #expect(analysis.functions.count == 4)
    }

    /// What the other tests rely on.
    @Test(arguments: Sample.otherLinkers) func leavesPointersWhereTheLinkerPutsThem(_ sample: Sample) throws {
        let binary = try sample.read()
        let (image, header) = (binary.image, binary.functionTable.header)
        let relocated = image.relocated(to: header.address)
        #expect(relocated.isEmpty == (sample.mode == .relrPIE))
        for address in relocated where sample.mode == .lldPIE {
            #expect(try image.load(UInt64.self, at: address, "pointer") == 0)
        }
    }

    /// The linker splits the code of architectures whose jumps are short. Here, the second half of an amd64 program gets
    /// offsets that leave a gap behind the first half.
    @Test(arguments: [Sample(toolchain: .oldest, mode: .stripped), Sample(toolchain: .newest, mode: .sectionless)])
    func findsFunctionsInSeveralTextSections(_ sample: Sample) throws {
        var bytes = try readFile(try sample.path())
        let whole = try GoBinary.read(from: MemoryByteSource(bytes))
        let (image, table) = (whole.image, whole.functionTable)
        let gap: UInt64 = 0x10_0000
        func offset(_ address: UInt64) throws -> Int { Int(try #require(image.fileOffset(of: address))) }
        func store(_ values: [UInt64], width: Int = 8, at address: UInt64) throws {
            for (index, value) in values.enumerated() {
                let start = try offset(address) + index * width
                for byte in 0..<width { bytes[start + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte))) }
            }
        }
        let first = table.header.functionCount / 2
        let split = UInt64(try image.load(UInt32.self, at: table.start + first * 8, "entry"))
        for row in first...table.header.functionCount {
            let entry = UInt64(try image.load(UInt32.self, at: table.start + row * 8, "entry"))
            try store([entry + gap], width: 4, at: table.start + row * 8)
        }
        // The map takes the place of code that nobody asks for.
        let map = try #require(try whole.function(named: "main.main")).address
        let size = whole.text.upperBound - whole.text.lowerBound
        try store([0, split, whole.text.lowerBound, split + gap, size + gap, whole.text.lowerBound + split], at: map)
        let module = try #require(
            try image.elf.segments.filter(\.isWritable).lazy.flatMap {
                try SegmentScan($0, image).words(equalTo: table.header.address)
            }.first { (try? image.load(UInt64.self, at: $0 + 136, "")) == table.header.functionCount + 1 })
        try store([map, 2, 2], at: module + table.module.layout.textSections)

        let divided = try GoBinary.read(from: MemoryByteSource(bytes))
        let functions = try whole.functions(withPrefix: "")
        #expect(try divided.functions(withPrefix: "") == functions)
        for function in functions.enumerated().filter({ $0.offset % 50 == 0 }).map(\.element) where function.size > 0 {
            #expect(try divided.functionContaining(function.address) == function)
            #expect(try divided.functionContaining(function.address + function.size - 1) == function)
        }
        #expect(
            try divided.inlinedCalls(of: ["net/http.Header.Get"]) == whole.inlinedCalls(of: ["net/http.Header.Get"]))
        let names: Set = ["net/http.(*conn).serve", "runtime.newproc1"]
        #expect(try divided.functions(named: names) == whole.functions(named: names))
    }
}
