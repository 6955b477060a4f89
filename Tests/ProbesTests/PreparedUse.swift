import GoBinary
import SystemPackage
import TestSupport
import Testing

@testable import Probes

/// A fixture, what it is built with, and what its main path uses.
struct PreparedUse: Sendable, CustomTestStringConvertible {
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

    /// Debian's releases of the library don't have the SDK for automatic instrumentation.
    static let otelSDK = [
        "hands out the SDK for automatic instrumentation", "starts a span of the SDK for automatic instrumentation",
        "ends a span of the SDK for automatic instrumentation",
    ]
    static let preparedStatements = [
        "prepares a statement", "asks with a prepared statement", "executes a prepared statement",
        "begins a transaction", "commits a transaction", "rolls a transaction back", "text of a prepared statement",
        "connection of a transaction",
    ]

    static let all =
        [
            PreparedUse(
                fixture: "sqlqueries", minor: 19, suite: "bookworm", sides: ["database/sql", "github.com/lib/pq"]),
            PreparedUse(
                fixture: "sqlqueries", minor: 24, suite: "trixie", sides: ["database/sql", "github.com/lib/pq"]),
            PreparedUse(fixture: "sqlqueries", minor: 27, suite: "sid", sides: ["database/sql", "github.com/lib/pq"]),
            PreparedUse(
                fixture: "pgxqueries", minor: 27, suite: "sid",
                sides: ["database/sql", "github.com/jackc/pgx/v5"], without: preparedStatements),
            PreparedUse(
                fixture: "kafkaclient", minor: 27, suite: "sid",
                sides: ["github.com/segmentio/kafka-go writer", "github.com/segmentio/kafka-go reader"]),
            PreparedUse(fixture: "redisclient", minor: 27, suite: "sid", sides: ["github.com/redis/go-redis/v9"]),
            // 1.1, 1.31 and 1.46.
            PreparedUse(
                fixture: "otelspans", minor: 19, suite: "bookworm", sides: ["go.opentelemetry.io/otel API"],
                without: ["begins a span that no SDK takes"] + otelSDK),
            PreparedUse(
                fixture: "otelspans", minor: 24, suite: "trixie", sides: ["go.opentelemetry.io/otel API"],
                without: ["begins a span that no SDK takes"] + otelSDK),
            PreparedUse(
                fixture: "otelspans", minor: 27, suite: "sid", sides: ["go.opentelemetry.io/otel API"],
                without: otelSDK),
            PreparedUse(fixture: "println", minor: 19, sides: []),
            PreparedUse(fixture: "println", minor: 27, sides: []),
        ]
}
