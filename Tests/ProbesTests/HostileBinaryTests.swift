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

    /// Each place becomes a breakpoint, so a program can't have as many as it likes.
    @Test(
        arguments: [
            .returns, .failingReturns(successOf: connection, besidesIndirectCallBehind: nil),
        ] as [CandidateSite.Place])
    func `gives no more places than real functions have`(place: CandidateSite.Place) throws {
        func points(_ count: Int) throws -> [AttachPoint] {
            var program = try PatchedProgram(.newest, "httpclient")
            // test %rbx,%rbx; jne over the ret of success; and over each of the others
            let others = [[UInt8]](repeating: [0x75, 0x01, 0xc3], count: count).joined()
            try program.replaceCode(
                of: Self.roundTrip, withCallOf: Self.connection, [0x48, 0x85, 0xdb, 0x75, 0x01, 0xc3] + others)
            var entry = LibraryEntry.netHTTPClient
            entry.probes[2].candidates = [CandidateSite(function: .named(Self.roundTrip), place: place)]
            entry.probes[0].candidates = [CandidateSite(function: .named(Self.connection), place: .prologue)]
            entry.probes[1].candidates.removeFirst()
            let outcome = try Planner(catalogue: Catalogue(libraries: [entry])).plan(try program.read())
            let points = try #require(outcome.plan).points(of: "http_client_failed")
            let reason = "\(Self.roundTrip) has more than 64 places where real programs have a few"
            #expect(outcome.libraries[0].missing.contains { $0.reason == reason } == points.isEmpty)
            return points
        }
        #expect(try points(10).count >= 10)
        #expect(try points(1000).isEmpty)
    }

    private static let roundTrip = "net/http.(*Transport).roundTrip"
    private static let connection = "net/http.(*persistConn).roundTrip"

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
