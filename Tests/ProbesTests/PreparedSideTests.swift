import GoBinary
import SystemPackage
import TestSupport
import Testing

@testable import Probes

/// Prepared sides in programs that use the libraries, and in those that don't.
@Suite struct `Prepared sides` {
    /// A fixture, what it is built with, and what its main path uses.
    struct Use: Sendable, CustomTestStringConvertible {
        var fixture: String
        var minor: Int
        /// The Debian release that the libraries are from; without one, there are none but Go's own.
        var suite: String?
        /// The names of the sides that are linked, in the order of `PreparedSide.all`.
        var sides: [String]
        /// What those lack that isn't in every program.
        var without: [String] = []

        var testDescription: String { "\(fixture) with Go 1.\(minor)" + (suite.map { " and \($0)" } ?? "") }

        func reports() throws -> (binary: GoBinary, reports: [PreparedReport]) {
            let go = try #require(GoToolchain.all.first { $0.minor == minor })
            let path = try go.build(fixture, mode: .stripped, gopath: suite)
            let binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
            return (binary, try PreparedResolver.reports(on: PreparedSide.all, in: binary))
        }

        static let http = ["net/http client", "net/http HTTP/2 client"]
        static let xNet = "golang.org/x/net/http2 client"
        static let grpc = ["grpc server", "grpc client"]
        /// Debian's releases of the library don't have the SDK for automatic instrumentation.
        static let otelSDK = [
            "starts a span of the SDK for automatic instrumentation",
            "ends a span of the SDK for automatic instrumentation",
        ]
        static let preparedStatements = [
            "prepares a statement", "asks with a prepared statement", "executes a prepared statement",
            "begins a transaction", "commits a transaction", "rolls a transaction back", "text of a prepared statement",
            "connection of a transaction",
        ]

        static let clients = GoToolchain.all.map { Use(fixture: "httpclient", minor: $0.minor, sides: http) }
        static let all =
            clients + [
                // golang.org/x/net is a wrapper when it is built with Go 1.27.
                Use(fixture: "httpclient", minor: 19, suite: "bookworm", sides: http + [xNet]),
                Use(fixture: "httpclient", minor: 24, suite: "trixie", sides: http + [xNet]),
                Use(fixture: "httpclient", minor: 27, suite: "sid", sides: http),
                // 1.33, 1.64 and 1.81.
                Use(fixture: "grpccalls", minor: 19, suite: "bookworm", sides: http + grpc),
                Use(fixture: "grpccalls", minor: 24, suite: "trixie", sides: http + grpc),
                Use(fixture: "grpccalls", minor: 27, suite: "sid", sides: http + grpc),
                Use(fixture: "sqlqueries", minor: 19, suite: "bookworm", sides: ["database/sql", "github.com/lib/pq"]),
                Use(fixture: "sqlqueries", minor: 24, suite: "trixie", sides: ["database/sql", "github.com/lib/pq"]),
                Use(fixture: "sqlqueries", minor: 27, suite: "sid", sides: ["database/sql", "github.com/lib/pq"]),
                Use(
                    fixture: "pgxqueries", minor: 27, suite: "sid",
                    sides: ["database/sql", "github.com/jackc/pgx/v5"], without: preparedStatements),
                Use(
                    fixture: "kafkaclient", minor: 27, suite: "sid",
                    sides: ["github.com/segmentio/kafka-go writer", "github.com/segmentio/kafka-go reader"]),
                Use(fixture: "redisclient", minor: 27, suite: "sid", sides: ["github.com/redis/go-redis/v9"]),
                // 1.1, 1.31 and 1.46.
                Use(
                    fixture: "otelspans", minor: 19, suite: "bookworm", sides: ["go.opentelemetry.io/otel API"],
                    without: ["begins a span that no SDK takes"] + otelSDK),
                Use(
                    fixture: "otelspans", minor: 24, suite: "trixie", sides: ["go.opentelemetry.io/otel API"],
                    without: ["begins a span that no SDK takes"] + otelSDK),
                Use(
                    fixture: "otelspans", minor: 27, suite: "sid", sides: ["go.opentelemetry.io/otel API"],
                    without: otelSDK),
                Use(fixture: "println", minor: 19, sides: []),
                Use(fixture: "println", minor: 27, sides: []),
            ]
    }

    @Test(arguments: Use.all)
    func `are found whole in programs that use them, and in no others`(use: Use) throws {
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

    /// Go 1.27's net/http still has a type `http2ClientConn`, of one field, and a method `RoundTrip` of it.
    @Test(arguments: [false, true])
    func `take the alternative that has the fields, whatever else has taken over a name`(reversed: Bool) throws {
        let (binary, _) = try #require(Use.clients.last).reports()
        let wrapper = try #require(try binary.structLayout(package: "net/http", name: "http2ClientConn"))
        #expect(wrapper.fields.count == 1)
        var side = PreparedSide.standardHTTP2Client
        if reversed {
            for index in side.fields.indices { side.fields[index].alternatives.reverse() }
        }
        let report = try #require(try PreparedResolver.reports(on: [side], in: binary).first)
        #expect(report.missing == [])
        let package = "net/http/internal/http2"
        #expect(
            Set(report.fields.map(\.type)) == [
                "\(package).ClientConn", "\(package).clientStream", "\(package).Framer", "bufio.Writer",
            ])
        #expect(report.functions.allSatisfy { $0.symbol.hasPrefix("\(package).(*") })
    }
}
