/// Status codes of gRPC (google.golang.org/grpc/codes/codes.go).
enum GRPCStatus {
    private static let names = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ]

    /// Those that are the server's fault (OpenTelemetry semantic conventions, gRPC, status): UNKNOWN, DEADLINE_EXCEEDED,
    /// UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS.
    static let serverErrors: Set<UInt32> = [2, 4, 12, 13, 14, 15]

    /// As the protocol spells it, or the number of a code that it doesn't know.
    static func name(of code: UInt32) -> String {
        Int(exactly: code).flatMap { names.indices.contains($0) ? names[$0] : nil } ?? String(code)
    }
}
