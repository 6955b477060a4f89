import GoBinary
import SystemPackage
import TestSupport
import Testing

@testable import Probes

/// A binary may say anything. Whatever it says, a site is an instruction of the function it is said to be in.
@Suite struct `Planning a corrupted binary` {
    @Test(arguments: [GoToolchain.oldest, .newest], UInt64(1)...3)
    func `gives a plan within its functions, a refusal or an error`(go: GoToolchain, seed: UInt64) throws {
        let (path, intact) = try analyse("httpserver", go, .stripped)
        let bytes = try readFile(path)
        let serve = try #require(try intact.function(named: "net/http.(*conn).serve"))
        let code = Int(serve.fileOffset)..<Int(serve.fileOffset + serve.size)
        var random = SplitMix(state: seed)
        for round in 0..<30 {
            var corrupted = bytes
            // Every other time, only the code that is decoded; else anything, tables and type descriptors included.
            let range = round.isMultiple(of: 2) ? code : bytes.indices
            for _ in 0..<(round.isMultiple(of: 2) ? 4 : 20_000) {
                corrupted[Int.random(in: range, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            check(corrupted)
        }
    }

    /// A file can have any number of large functions, which takes longer to decode than to read.
    @Test func `counts what the decoding of code costs`() throws {
        let path = try analyse("httpserver", .newest, .stripped).path
        func cost(of function: String) throws -> (units: Int, size: Int) {
            let budget = AnalysisBudget()
            let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)), budget: budget)
            let size = try #require(try binary.function(named: function)).size
            let before = budget.spent
            var entry = LibraryEntry.netHTTPServer
            entry.probes = [entry.probes[0]]
            entry.probes[0].candidates = [CandidateSite(function: .named(function), place: .prologue)]
            _ = try Planner(catalogue: Catalogue(libraries: [entry])).plan(binary)
            return (budget.spent - before, Int(size))
        }
        let (large, small) = (try cost(of: "net/http.(*conn).serve"), try cost(of: "net/http.(*conn).hijacked"))
        #expect(large.size > small.size + 4096)
        #expect(large.units - small.units > 100 * (large.size - small.size))
    }

    private func check(_ bytes: [UInt8]) {
        do {
            let binary = try GoBinary.read(from: MemoryByteSource(bytes))
            guard let plan = try Planner().plan(binary).plan else { return }
            for point in plan.attachPoints {
                let function = try #require(try binary.function(named: point.symbol))
                #expect((function.address..<function.address + function.size).contains(point.address))
                #expect(point.fileOffset < UInt64(bytes.count))
            }
        } catch is GoBinaryError {
        } catch PlanningError.binary {
        } catch {
            Issue.record(error)
        }
    }

    /// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014): the same numbers every time.
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }
}
