import GoBinary
import SystemPackage
import TestSupport
import Testing

@testable import Probes

/// Where prepared sides have their fields. The numbers are what the DWARF of unstripped builds says (amd64).
@Suite struct `Fields of prepared sides` {
    struct Layout: Sendable, CustomTestStringConvertible {
        var use: PreparedUse
        /// `package.Type.path` and the hops to it.
        var hops: [String: [UInt64]]

        var testDescription: String { use.testDescription }

        init(_ fixture: String, _ minor: Int, _ suite: String?, package: String = "", _ hops: [String: [UInt64]]) {
            use = PreparedUse(fixture: fixture, minor: minor, suite: suite, sides: [])
            self.hops = Dictionary(uniqueKeysWithValues: hops.map { (package + $0.key, $0.value) })
        }
    }

    @Test(arguments: others)
    func `are where the compiler put them`(layout: Layout) throws {
        let fields = try layout.use.reports().reports.flatMap(\.fields)
        let found = Dictionary(
            fields.map { ("\($0.type).\($0.path)", $0.hops) }, uniquingKeysWith: { first, _ in first })
        for (name, hops) in layout.hops { #expect(found[name] == hops, "\(name)") }
    }

    private static let others =
        [(19, "bookworm", 32), (24, "trixie", 32), (27, "sid", 40)].map { minor, suite, transaction in
            Layout(
                "sqlqueries", minor, suite,
                [
                    "database/sql.DB.connector": [8], "database/sql.driverConn.ci": [40],
                    "database/sql.Stmt.query": [8], "database/sql.Tx.dc": [transaction],
                    "database/sql/driver.NamedValue.Value": [24], "github.com/lib/pq.conn.opts": [576],
                ])
        } + [
            Layout(
                "pgxqueries", 27, "sid", package: "github.com/jackc/pgx/v5",
                [
                    ".Conn.config.Host": [8, 0], ".Conn.config.Port": [8, 16], ".Conn.config.Database": [8, 24],
                    ".Conn.pgConn.conn": [0, 0], "/stdlib.Conn.conn": [0],
                ]),
            Layout(
                "kafkaclient", 27, "sid", package: "github.com/segmentio/kafka-go",
                [
                    ".Writer.Topic": [16], ".Writer.Addr": [0], ".Message.Offset": [24], ".Message.Key": [40],
                    ".Message.Headers": [88], "/protocol.Header.Value": [16], "/protocol.Conn.conn": [8],
                    ".Reader.config.GroupID": [24], ".Conn.topic": [384], ".Conn.partition": [400], ".Conn.conn": [0],
                ]),
            Layout(
                "redisclient", 27, "sid", package: "github.com/redis/go-redis/v9",
                [
                    ".baseClient.opt.Addr": [0, 16], ".baseClient.opt.DB": [0, 136], ".baseCmd.args": [16],
                    ".baseCmd.err": [40], "/internal/pool.Conn.bw": [48], "/internal/pool.Conn.netConnAtomic.v": [24],
                    "/internal/pool.atomicNetConn.conn": [0],
                ]),
            Layout(
                "otelspans", 27, "sid", package: "go.opentelemetry.io/otel/internal/global",
                [
                    ".tracer.name": [16], ".tracer.delegate.v": [64], ".tracer.provider.delegate": [56, 32],
                    ".nonRecordingSpan.sc.traceID": [16], ".nonRecordingSpan.sc.spanID": [32],
                    ".nonRecordingSpan.sc.traceFlags": [40], ".nonRecordingSpan.tracer": [80],
                ]),
        ]
}
