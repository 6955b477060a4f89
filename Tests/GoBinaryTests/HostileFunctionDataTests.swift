import TestSupport
import Testing

@testable import GoBinary

/// The data of functions is read only where it is asked for, and may say anything.
@Suite struct HostileFunctionDataTests {
    private static let names: Set = [
        "net/http.(*conn).serve", "net/http.Header.Get", "net/http.(*Server).shuttingDown", "sync.(*Mutex).Lock",
        "runtime.newproc1",
    ]

    private struct Facts: Equatable {
        var inlined: [String: [InlinedCall]] = [:]
        var names: [[String]] = []
        var arguments: [FunctionArguments?] = []
        var copies: [String: [Function]] = [:]
        var error: GoBinaryError?

        init(_ source: some ByteSource) {
            do throws(GoBinaryError) {
                let binary = try GoBinary.read(from: source)
                copies = try binary.functionCopies(named: HostileFunctionDataTests.names)
                for function in copies.values.joined().sorted(by: { $0.address < $1.address }) {
                    do throws(GoBinaryError) { names.append(try binary.inlinedFunctions(in: function)) } catch {
                        self.error = error
                    }
                    do throws(GoBinaryError) { arguments.append(try binary.arguments(of: function)) } catch {
                        self.error = error
                    }
                }
                inlined = try binary.inlinedCalls(of: HostileFunctionDataTests.names)
            } catch {
                self.error = error
            }
        }
    }

    @Test(arguments: [
        Sample(toolchain: .oldest, mode: .stripped), Sample(toolchain: .newest, mode: .strippedPIE),
        Sample(toolchain: .newest, mode: .stripped, architecture: .arm64),
    ])
    func survivesCorruptDataOfFunctions(_ sample: Sample) throws {
        let original = try readFile(try sample.path())
        let whole = Facts(MemoryByteSource(original))
        #expect(whole.error == nil)
        let targets = try targets(in: try GoBinary.read(from: MemoryByteSource(original)))
        var generator = SeededGenerator(seed: 4)
        var (failures, differences) = (0, 0)
        for round in 0..<63 {
            var bytes = original
            let target = targets[round % targets.count]
            // Every other time all of it, so that many functions say the same.
            let value: UInt8? =
                round % 2 == 0 ? nil : [0, 0x7f, 0x80, 0xff, 0xfe, 1, 2].randomElement(using: &generator)
            for position in target where value != nil || Int.random(in: 0..<40, using: &generator) == 0 {
                bytes[Int(position)] = value ?? UInt8.random(in: 0...255, using: &generator)
            }
            let start = ContinuousClock.now
            let facts = Facts(MemoryByteSource(bytes))
            let duration = start.duration(to: .now)
            #expect(duration < .seconds(1), "round \(round) took \(duration)")
            if facts.error != nil { failures += 1 } else if facts != whole { differences += 1 }
        }
        #expect(failures > 10)
        #expect(differences > 10)
    }

    /// The record, the inline tree and its table, the argument information of a function, and where all of that begins.
    private func targets(in binary: GoBinary) throws -> [Range<UInt64>] {
        let table = binary.functionTable
        var targets: [Range<UInt64>] = []
        func add(_ address: UInt64, _ count: UInt64) throws {
            let offset = try #require(binary.fileOffset(of: address))
            targets.append(offset..<offset + count)
        }
        let serve = try #require(try binary.function(named: "net/http.(*conn).serve"))
        let index = try #require(try table.index(containing: serve.address))
        let record = try FunctionRecord(index, in: table)
        try add(try #require(try record.data(.inlineTree)), 160)
        try add(table.header.address + table.header.values.lowerBound + (try #require(try record.inlineTable())), 200)
        try add(try #require(try record.data(.arguments)), 8)
        let offset = try binary.image.load(UInt32.self, at: table.start + index * 8 + 4, "")
        try add(table.start + UInt64(offset), 96)
        try add(table.start + index * 8, 16)
        try add(table.header.address + table.header.values.lowerBound, 4096)
        try add(table.module.functionData, 4096)
        return targets
    }
}
