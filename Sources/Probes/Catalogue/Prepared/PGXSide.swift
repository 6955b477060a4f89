/// pgx 5 (conn.go, pgconn/config.go), by its own interface and as database/sql's driver (stdlib/sql.go).
extension PreparedSide {
    static let pgx = PreparedSide(
        name: "github.com/jackc/pgx/v5",
        anchors: [PGX.method("Query"), PGX.method("Exec")],
        functions: [
            FunctionNeed(
                "begins and ends a query", PGX.method("Query"), presence: .conditional("rows are asked for")),
            FunctionNeed(
                "begins and ends a command", PGX.method("Exec"), presence: .conditional("commands are executed")),
            FunctionNeed("sends a batch", PGX.method("SendBatch"), presence: .conditional("batches are sent")),
            FunctionNeed(
                "prepares a statement", PGX.method("Prepare"), presence: .conditional("statements are prepared")),
        ],
        fields: [
            PathNeed(
                "address of the server",
                [FieldName(PGX.connection, "config.Host", .string), FieldName(PGX.connection, "config.Port", .quarter)]),
            PathNeed("name of the database", [FieldName(PGX.connection, "config.Database", .string)]),
            PathNeed("connection", [FieldName(PGX.connection, "pgConn.conn", .interface)]),
            PathNeed(
                "connection as a driver's",
                [FieldName(TypeName("github.com/jackc/pgx/v5/stdlib", "Conn"), "conn", .word)],
                presence: .conditional("the package stdlib is linked")),
        ])
}

private enum PGX {
    static let connection = TypeName("github.com/jackc/pgx/v5", "Conn")
    static func method(_ name: String) -> String { "github.com/jackc/pgx/v5.(*Conn).\(name)" }
}
