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

    @Test(arguments: clients + grpc + others)
    func `are where the compiler put them`(layout: Layout) throws {
        let fields = try layout.use.reports().reports.flatMap(\.fields)
        let found = Dictionary(
            fields.map { ("\($0.type).\($0.path)", $0.hops) }, uniquingKeysWith: { first, _ in first })
        for (name, hops) in layout.hops { #expect(found[name] == hops, "\(name)") }
    }

    private static let clients = GoToolchain.all.map { go in
        let http2 =
            switch go.minor {
            case 19, 21: [176, 296, 304]
            case 22: [168, 288, 296]
            case 23: [176, 296, 304]
            case 24, 25: [192, 352, 360]
            case 26: [184, 360, 368]
            default: [184, 352, 360]
            } as [UInt64]
        let prefix = go.minor >= 27 ? "net/http/internal/http2." : "net/http.http2"
        return Layout(
            "httpclient", go.minor, nil,
            [
                "net/http.Request.Method": [0], "net/http.Request.URL.Path": [16, 56],
                "net/http.Request.URL.RawQuery": [16, go.minor >= 26 ? 88 : 96],
                "net/http.Request.ctx": [go.minor >= 23 ? 248 : 232], "net/http.Request.Header": [56],
                "net/http.Response.StatusCode": [16], "net/http.Response.ContentLength": [80],
                "net/http.persistConn.conn": [80], "bufio.Writer.buf": [16], "bufio.Writer.n": [40],
                "bufio.Writer.wr": [48], "context.valueCtx.key": [16], "context.valueCtx.val": [32],
                "context.timerCtx.Context": [0], "\(prefix)ClientConn.tconn": [8],
                "\(prefix)ClientConn.nextStreamID": [http2[0]], "\(prefix)ClientConn.bw": [http2[1]],
                "\(prefix)ClientConn.fr": [http2[2]], "\(prefix)clientStream.cc": [0],
                "\(prefix)clientStream.ID": [40], "\(prefix)Framer.w": [120], "\(prefix)Framer.wbuf": [136],
            ])
    }

    /// 1.33, 1.64 and 1.81.
    private static let grpc = [
        Layout(
            "grpccalls", 19, "bookworm", package: "google.golang.org/grpc",
            [
                "/internal/transport.Stream.id": [0], "/internal/transport.http2Client.conn": [72],
                "/internal/transport.http2Client.nextID": [348], "/internal/transport.http2Client.scheme": [192],
                "/internal/status.Error.e.Code": [0, 0], ".ClientConn.authority": [88],
            ]),
        Layout(
            "grpccalls", 24, "trixie", package: "google.golang.org/grpc",
            [
                "/internal/transport.Stream.id": [0], "/internal/transport.Stream.ct": [24],
                "/internal/transport.http2Client.conn": [128], "/internal/transport.http2Client.nextID": [432],
                "/internal/transport.http2Client.scheme": [248], "/internal/transport.headerFrame.hf": [8],
                "/internal/transport.loopyWriter.framer.fr.wbuf": [40, 8, 136],
                "/internal/transport.loopyWriter.framer.writer.offset": [40, 0, 32],
                "/internal/status.Error.s.s.Code": [0, 0, 40], ".ClientConn.target": [24],
                ".ClientConn.authority": [184], ".clientStream.cc": [40], ".clientStream.ctx": [128],
            ]),
        Layout(
            "grpccalls", 27, "sid", package: "google.golang.org/grpc",
            [
                "/internal/transport.ClientStream.id": [108], "/internal/transport.ClientStream.ct": [328],
                "/internal/transport.http2Client.nextID": [432], "/internal/transport.http2Client.scheme": [256],
                "/internal/status.Error.s.s.Code": [0, 0, 40],
                ".clientStream.callHdr.Method": [0, 16], ".clientStream.ctx": [128], ".ClientConn.authority": [184],
            ]),
    ]

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
