/// One side of one library, as data, before there are BPF programs for it: the functions where its spans begin and end,
/// and the fields that they are made from. It isn't in `Catalogue.standard`, and nothing is planned for it.
struct PreparedSide: Sendable {
    /// For example `grpc server`.
    var name: String
    /// Functions of which every executable that uses this side has one. Only the implementation proper has them, no
    /// wrapper that took over its name.
    var anchors: [String]
    var functions: [FunctionNeed]
    var arguments: [ArgumentNeed] = []
    var fields: [PathNeed]
}

/// A function under the names that it has had.
struct FunctionNeed: Sendable {
    /// What it is needed for, for example `begins and ends a call`.
    var purpose: String
    /// The first that the executable has is taken.
    var alternatives: [String]
    var presence: Presence

    init(_ purpose: String, _ alternatives: String..., presence: Presence = .always) {
        self.purpose = purpose
        self.alternatives = alternatives
        self.presence = presence
    }
}

/// An argument of a function whose signature changed between releases.
struct ArgumentNeed: Sendable {
    /// What it is, for example `stream of the call`.
    var purpose: String
    /// The linker's name.
    var function: String
    /// The first signature that the function begins with is taken.
    var signatures: [Signature]

    struct Signature: Sendable {
        /// As `FunctionArguments.shape` has it.
        var shape: String
        /// The receiver being 0.
        var argument: Int
    }

    init(_ purpose: String, of function: String, _ signatures: Signature...) {
        self.purpose = purpose
        self.function = function
        self.signatures = signatures
    }
}

/// Struct fields that give one thing together, under the names that they have had.
struct PathNeed: Sendable {
    /// What they give, for example `full method name`.
    var purpose: String
    /// The first of which the executable has every field, each of the shape wanted, is taken: a type that took over the
    /// name of another one doesn't win.
    var alternatives: [[FieldName]]
    var presence: Presence

    init(_ purpose: String, _ alternatives: [FieldName]..., presence: Presence = .always) {
        self.purpose = purpose
        self.alternatives = alternatives
        self.presence = presence
    }
}

/// Whether everything that has the anchor has this as well.
enum Presence: Sendable {
    case always
    /// When it does, for example `since 1.33`. The linker leaves out what a program doesn't reach.
    case conditional(String)
}

/// A field of a struct, of a struct in it, or of one that it points to.
struct FieldName: Sendable {
    var type: TypeName
    /// Names separated by dots. Each may be that of a promoted field.
    var path: String
    var shape: Shape

    init(_ type: TypeName, _ path: String, _ shape: Shape) {
        self.type = type
        self.path = path
        self.shape = shape
    }

    /// What is to be read there.
    enum Shape: Sendable {
        /// {pointer, length}
        case string
        /// {pointer, length, capacity}
        case slice
        /// {itab or type, data}
        case interface
        /// Eight bytes: a pointer, a map or an integer.
        case word
        /// An integer of four bytes.
        case half
        /// An integer of two bytes.
        case quarter
        case byte
        /// An array, of bytes.
        case array
    }
}

extension TypeName {
    init(_ package: String, _ name: String) {
        self.init(package: package, name: name)
    }
}

extension PreparedSide {
    static let all: [PreparedSide] = [
        .databaseSQL, .libPQ, .pgx, .kafkaWriter, .kafkaReader, .goRedis, .openTelemetry,
    ]
}
