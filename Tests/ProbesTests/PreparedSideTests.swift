import GoBinary
import SystemPackage
import TestSupport
import Testing

@testable import Probes

/// Prepared sides in programs that use the libraries, and in those that don't.
@Suite struct `Prepared sides` {
    @Test(arguments: PreparedUse.all)
    func `are found whole in programs that use them, and in no others`(use: PreparedUse) throws {
        let reports = try use.reports().reports
        #expect(reports.map(\.name) == use.sides)
        #expect(reports.flatMap(\.missing).filter { !$0.isConditional } == [])
        #expect(reports.flatMap(\.missing).map(\.purpose) == use.without)
    }

    /// Each against the file's own text, which our analyser has no part in.
    @Test(.enabled(if: DebianProgram.areFetched, "fetched by `make setup-tests`"), arguments: DebianProgram.all)
    func `are found whole in Debian's programs that link them`(program: DebianProgram) throws {
        let reports = try PreparedResolver.reports(on: PreparedSide.all, in: try program.analyse())
        print("\(program.testDescription): \(reports.map(\.name).joined(separator: ", "))")
        let names = try NamesInFile(
            path: program.path, functions: PreparedSide.all.flatMap(\.anchors), types: [])
        let linked = PreparedSide.all.filter { $0.anchors.contains { names.hasFunction($0) } }
        #expect(reports.map(\.name) == linked.map(\.name))
        #expect(reports.flatMap(\.missing).filter { !$0.isConditional } == [])
    }
}
