import GoBinary
import Probes
import SystemPackage
import TestSupport
import Testing

/// Servers built for arm64: all that is read from the binary is the same, and the sites follow that architecture's rules.
@Suite struct `A server for arm64` {
    private func plan(_ go: GoToolchain, _ mode: LinkMode, _ architecture: String) throws -> ProbePlan {
        let path = try go.build("httpserver", mode: mode, architecture: architecture)
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
        #expect(binary.architecture.rawValue == architecture)
        return try #require(try Planner().plan(binary).plan)
    }

    @Test(arguments: GoToolchain.all, [LinkMode.stripped, .strippedPIE])
    func `has the sites and facts of one for amd64`(go: GoToolchain, mode: LinkMode) throws {
        let plan = try plan(go, mode, "arm64")
        let reference = try self.plan(go, mode, "amd64")
        #expect(words(plan.facts) == words(reference.facts))
        #expect(plan.libraries.map(\.state) == reference.libraries.map(\.state))
        #expect(plan.libraries.map(\.missing) == reference.libraries.map(\.missing))
        #expect(
            plan.attachPoints.map { "\($0.program) \($0.symbol)" }
                == reference.attachPoints.map { "\($0.program) \($0.symbol)" })
    }

    @Test(arguments: GoToolchain.all)
    func `begins and ends on instructions that its kernel simulates`(go: GoToolchain) throws {
        let plan = try plan(go, .stripped, "arm64")
        for program in ["http_server_begin", "http_server_end", "http2_server_end"] {
            let points = plan.points(of: program)
            #expect(
                !points.isEmpty && points.allSatisfy { $0.isEmulated && $0.instruction.hasPrefix("bl 0x") }, "\(points)"
            )
        }
        // The stack check's own branch: what is behind it stores.
        let begin = plan.points(of: "http2_server_begin")
        #expect(!begin.isEmpty && begin.allSatisfy { $0.isEmulated && $0.instruction.hasPrefix("b.ls 0x") }, "\(begin)")
        #expect(plan.attachPoints.allSatisfy { $0.address.isMultiple(of: 4) })
    }
}
