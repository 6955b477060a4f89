import Glibc
import GoBinary
import Probes
import SystemPackage
import TestSupport
import Testing

/// What an executable may cost must keep hostile ones in bounds and never get in the way of a real one.
@Suite struct `The budget of an analysis` {
    /// The largest ones of Debian, linked by Go and by gcc.
    private static let programs = [
        "trixie/prometheus/usr/bin/prometheus", "sid/prometheus/usr/bin/prometheus",
        "trixie/docker.io/usr/sbin/dockerd",
        "sid/docker.io/usr/sbin/dockerd",
    ].map { "\(CacheFolder.path)/debian/\($0)" }

    @Test(
        .enabled(if: programs.allSatisfy { access($0, R_OK) == 0 }, "fetched by `make setup-tests`"),
        arguments: programs)
    func `is ten times what the largest programs need`(path: String) throws {
        let budget = AnalysisBudget()
        let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)), budget: budget)
        _ = try #require(try Planner().plan(binary).plan)
        print("\(path): \(budget.spent >> 20) of \(AnalysisBudget.standardLimit >> 20) million units")
        #expect(budget.spent < AnalysisBudget.standardLimit / 10)
    }

    @Test(arguments: [10_000, 100_000, 400_000])
    func `ends the planning, too`(limit: Int) throws {
        let path = try GoToolchain.newest.build("httpserver", mode: .stripped)
        let budget = AnalysisBudget(limit: limit)
        #expect {
            let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)), budget: budget)
            _ = try Planner().plan(binary)
        } throws: { error in
            error as? GoBinaryError == .overBudget || error as? PlanningError == .binary(.overBudget)
        }
    }
}
