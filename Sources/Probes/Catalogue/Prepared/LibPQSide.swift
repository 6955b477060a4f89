/// lib/pq 1.10, a driver of database/sql (conn.go). The server's address is among the options, a map of strings, in which
/// `network` looks it up.
extension PreparedSide {
    static let libPQ = PreparedSide(
        name: "github.com/lib/pq",
        anchors: ["github.com/lib/pq.network"],
        functions: [FunctionNeed("has the address of the server", "github.com/lib/pq.network")],
        fields: [
            PathNeed("connection", [FieldName(TypeName("github.com/lib/pq", "conn"), "c", .interface)]),
            PathNeed("address of the server", [FieldName(TypeName("github.com/lib/pq", "conn"), "opts", .word)]),
        ])
}
