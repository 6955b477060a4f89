internal import GoBinary

/// What one executable has of a prepared side.
struct PreparedReport: Sendable, Equatable {
    var name: String
    /// Those that were found, in the order in which the side names them.
    var functions: [ResolvedFunction]
    var arguments: [ResolvedArgument]
    var fields: [ResolvedPath]
    var missing: [MissingNeed]

    struct ResolvedFunction: Sendable, Equatable {
        var purpose: String
        /// The alternative that was found.
        var symbol: String
        /// Image-relative.
        var address: UInt64
    }

    struct ResolvedArgument: Sendable, Equatable {
        var purpose: String
        var function: String
        /// Of its words.
        var locations: [FunctionArguments.Location]
    }

    struct ResolvedPath: Sendable, Equatable {
        var purpose: String
        /// Full package path and name.
        var type: String
        var path: String
        /// Offset in the struct, then, for each pointer on the way, the offset in what it points to. In bytes.
        var hops: [UInt64]
    }

    struct MissingNeed: Sendable, Equatable {
        var purpose: String
        /// For example `no such field: google.golang.org/grpc/internal/transport.Stream.method`.
        var reason: String
        /// Not every program that uses the side has it.
        var isConditional: Bool
    }
}
