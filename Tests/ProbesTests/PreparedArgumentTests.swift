import GoBinary
import TestSupport
import Testing

@testable import Probes

/// Where arguments are in releases whose functions have other signatures. The registers are those of Go's calling
/// convention for what the sources declare: RAX, RBX, RCX, RDI, RSI, R8, R9, R10, R11 on amd64.
@Suite struct `Arguments of prepared sides` {
    struct Call: Sendable, CustomTestStringConvertible {
        var use: PreparedUse
        /// Numbers of the registers by what is in them.
        var registers: [String: [Int]]

        var testDescription: String { use.testDescription }
    }

    private static func call(_ fixture: String, _ minor: Int, _ suite: String, _ registers: [String: [Int]]) -> Call {
        Call(use: PreparedUse(fixture: fixture, minor: minor, suite: suite, sides: []), registers: registers)
    }

    static let calls = [
        call("sqlqueries", 19, "bookworm", ["text of a query": [7, 8], "text of a command": [5, 6]]),
        call("sqlqueries", 27, "sid", ["text of a query": [7, 8], "text of a command": [5, 6]]),
    ]

    @Test(arguments: calls) func `are in the registers of the release`(call: Call) throws {
        let reports = try call.use.reports().reports
        let found = Dictionary(
            reports.flatMap(\.arguments).map { ($0.purpose, $0.locations) }, uniquingKeysWith: { first, _ in first })
        for (purpose, registers) in call.registers {
            #expect(found[purpose] == registers.map(FunctionArguments.Location.register), "\(purpose)")
        }
    }

    @Test func `are missing where the signature is unknown`() throws {
        let (binary, _) = try #require(PreparedUse.all.last { $0.fixture == "sqlqueries" }).reports()
        var side = PreparedSide.databaseSQL
        side.arguments = [ArgumentNeed("text", of: "database/sql.(*DB).queryDC", .init(shape: "8 8 8", argument: 1))]
        let report = try #require(try PreparedResolver.reports(on: [side], in: binary).first)
        #expect(report.arguments.isEmpty)
        let reasons = report.missing.map(\.reason).filter {
            $0.hasPrefix("database/sql.(*DB).queryDC takes other arguments: 8 ")
        }
        #expect(reasons.count == 1)
    }
}
