/// database/sql of Go 1.19 to 1.27. The driver says which server is asked.
extension PreparedSide {
    /// What is asked without a prepared statement goes through `queryDC` and `execDC`, with the text; `prepareDC` has the
    /// text of a prepared one, which `(*Stmt)` keeps. `beginDC`, `(*Tx).Commit` and `(*Tx).rollback` bound a transaction
    /// (database/sql/sql.go).
    static let databaseSQL = PreparedSide(
        name: "database/sql",
        anchors: [SQL.method("DB", "queryDC"), SQL.method("DB", "execDC")],
        functions: [
            FunctionNeed(
                "begins and ends a query", SQL.method("DB", "queryDC"), presence: .conditional("rows are asked for")),
            FunctionNeed(
                "begins and ends a command", SQL.method("DB", "execDC"),
                presence: .conditional("commands are executed")),
            FunctionNeed(
                "prepares a statement", SQL.method("DB", "prepareDC"),
                presence: .conditional("statements are prepared")),
            FunctionNeed(
                "asks with a prepared statement", SQL.method("Stmt", "QueryContext"),
                presence: .conditional("prepared statements ask for rows")),
            FunctionNeed(
                "executes a prepared statement", SQL.method("Stmt", "ExecContext"),
                presence: .conditional("prepared statements are executed")),
            FunctionNeed(
                "begins a transaction", SQL.method("DB", "beginDC"), presence: .conditional("there are transactions")),
            FunctionNeed(
                "commits a transaction", SQL.method("Tx", "Commit"), presence: .conditional("there are transactions")),
            FunctionNeed(
                "rolls a transaction back", SQL.method("Tx", "rollback"),
                presence: .conditional("there are transactions")),
        ],
        arguments: [
            // (db *DB) queryDC(ctx, txctx context.Context, dc *driverConn, releaseConn func(error), query string, …)
            ArgumentNeed(
                "text of a query", of: SQL.method("DB", "queryDC"),
                .init(shape: "8 {8 8} {8 8} 8 8 {8 8}", argument: 5)),
            // (db *DB) execDC(ctx context.Context, dc *driverConn, release func(error), query string, …)
            ArgumentNeed(
                "text of a command", of: SQL.method("DB", "execDC"), .init(shape: "8 {8 8} 8 8 {8 8}", argument: 4)),
        ],
        fields: [
            PathNeed("driver", [FieldName(SQL.type("DB"), "connector", .interface)]),
            PathNeed(
                "connection of the driver",
                [FieldName(SQL.type("driverConn"), "db", .word), FieldName(SQL.type("driverConn"), "ci", .interface)]),
            PathNeed(
                "text of a prepared statement",
                [FieldName(SQL.type("Stmt"), "query", .string), FieldName(SQL.type("Stmt"), "db", .word)],
                presence: .conditional("statements are prepared")),
            PathNeed(
                "connection of a transaction", [FieldName(SQL.type("Tx"), "dc", .word)],
                presence: .conditional("there are transactions")),
            PathNeed(
                "arguments",
                [
                    FieldName(TypeName("database/sql/driver", "NamedValue"), "Name", .string),
                    FieldName(TypeName("database/sql/driver", "NamedValue"), "Value", .interface),
                ]),
            .contextValues,
        ])
}

private enum SQL {
    static func method(_ type: String, _ name: String) -> String { "database/sql.(*\(type)).\(name)" }
    static func type(_ name: String) -> TypeName { TypeName("database/sql", name) }
}
