/// go-redis 9 (redis.go, command.go, internal/pool/conn.go).
extension PreparedSide {
    static let goRedis = PreparedSide(
        name: "github.com/redis/go-redis/v9",
        anchors: [Redis.method("_process")],
        functions: [
            FunctionNeed("begins and ends a command", Redis.method("_process")),
            FunctionNeed("begins and ends a pipeline", Redis.method("pipelineProcessCmds")),
            FunctionNeed("begins and ends a transaction", Redis.method("txPipelineProcessCmds")),
            FunctionNeed("has the bytes of a command", "\(Redis.package)/internal/pool.(*Conn).WithWriter"),
        ],
        fields: [
            PathNeed(
                "address of the server",
                [FieldName(Redis.client, "opt.Addr", .string), FieldName(Redis.client, "opt.Network", .string)]),
            PathNeed("number of the database", [FieldName(Redis.client, "opt.DB", .word)]),
            PathNeed(
                "command and its outcome",
                [FieldName(Redis.command, "args", .slice), FieldName(Redis.command, "err", .interface)]),
            PathNeed("bytes of a command", [FieldName(Redis.connection, "bw", .word)]),
            // Since 9.12 or so in an atomic.Value, as an *atomicNetConn.
            PathNeed(
                "connection",
                [
                    FieldName(Redis.connection, "netConnAtomic.v", .interface),
                    FieldName(TypeName("\(Redis.package)/internal/pool", "atomicNetConn"), "conn", .interface),
                ],
                [FieldName(Redis.connection, "netConn", .interface)]),
            .bufferedWriter,
        ])
}

private enum Redis {
    static let package = "github.com/redis/go-redis/v9"
    static let client = TypeName(package, "baseClient")
    static let command = TypeName(package, "baseCmd")
    static let connection = TypeName("\(package)/internal/pool", "Conn")

    static func method(_ name: String) -> String { "\(package).(*baseClient).\(name)" }
}
