internal import CBPF

/// One side of one library, as data: where its BPF programs go and what they read.
struct LibraryEntry: Sendable {
    /// The name in reports, for example `net/http server`. Entries that follow one another under one name are the forms
    /// that the library had over time: the one of which most can be had is taken.
    var name: String
    /// A function that is in every executable that uses the library, unless a profile has it inlined.
    var anchor: String
    /// Another one, looked for where the anchor isn't: so big that it never is inlined.
    var otherAnchors: [String] = []
    var purpose = LibraryReport.Purpose.spans
    /// What the programs are told by the attach cookie.
    var variant: UInt32 = 0
    /// In an order in which each probe comes behind those that its candidates refer to.
    var probes: [ProbeEntry]
    var fields: [FieldNeed]
    var maps: [MapNeed] = []
    var types: [TypeNeed] = []
    var copies: [CopyEntry] = []
    var pointers: [PointerNeed] = []
    /// What the programs tell errors by. All the libraries that have any have the same.
    var errors: [ErrorType] = []
}

/// The part of a struct that the programs copy in one read: cheaper than one read for each field.
struct CopyEntry: Sendable {
    var type: TypeName
    /// The most that the programs have room for, bytes.
    var limit: Int32
    /// Where the offset of the part goes, bytes. Without it, the part is the leading one.
    var start: (any WritableKeyPath<ns_binary_facts, ns_offset> & Sendable)?
    /// Where the length that holds all its fields goes, bytes.
    var length: any WritableKeyPath<ns_binary_facts, UInt16> & Sendable
}

/// A pointer on the stack of the function that a program is attached in. The code shows where it is: one argument of the call
/// that has the probe is a field of the struct that it points to. Without it, the library can't be traced.
struct PointerNeed: Sendable {
    /// The program, which has one attach point.
    var program: String
    /// Of the word among the arguments, up to the third, from 0.
    var argument: Int
    var field: FieldEntry
    /// Where the pointer is, bytes above the stack pointer.
    var fact: any WritableKeyPath<ns_binary_facts, ns_offset> & Sendable
}

/// What happens without something that is missing.
enum Need: Sendable {
    /// All that the library is there for.
    case required
    /// The loss, for example `no http.route`.
    case optional(loss: String)

    func consequence(for purpose: LibraryReport.Purpose) -> String {
        switch self {
        case .required: purpose.loss
        case .optional(let loss): loss
        }
    }
}

/// One BPF program and the places in the executable that it can go to.
struct ProbeEntry: Sendable {
    /// Name of the BPF program.
    var program: String
    var rate: Rate
    var need: Need
    /// The first that the executable has is taken.
    var candidates: [CandidateSite]

    enum Rate: Sendable {
        /// Runs with every request: only an instruction that the kernel emulates will do.
        case everyRequest
        /// Runs at most once a connection, or on failures: a single-stepped instruction is bearable.
        case rare
        /// Runs with every request, and only because the user asked for it: a single-stepped instruction is bearable.
        case onDemand
    }
}

/// A place for a probe.
struct CandidateSite: Sendable {
    var function: FunctionSelector
    var place: Place
    /// The arguments that the program takes from registers there: their sizes in bytes, with the words of a struct, string,
    /// slice or interface in braces, as `FunctionArguments.shape` has them. They are those of the function called at a call,
    /// else of the function itself; the program reads none where this is nil.
    var arguments: String?
    /// What is lost when this candidate has to be taken, compared with those before it.
    var loss: String?
    /// It may be an instruction that the kernel steps even where every request passes.
    var maySingleStep = false

    enum FunctionSelector: Sendable {
        case named(String)
        /// The function literals directly in a function that call another one. Literals are numbered in the order of
        /// the source: `FUNCTION.func1` and so on (cmd/compile/internal/ir, `closureName`). The first 16 are looked at.
        case literals(in: String, calling: String)
        /// Those of several functions that the binary has.
        case allNamed([String])
    }

    enum Place: Sendable {
        /// Every direct call of the function.
        case calls(to: String)
        /// The first direct call of the function behind the only direct call of another one.
        case firstCall(to: String, behindCallOf: String)
        /// Every direct call of any of the functions. Functions without one are passed over.
        case callsOfAny([String])
        /// The instruction behind every direct call of the function, where its results are in registers.
        case behindCalls(to: String)
        /// The first instruction behind every direct call of the function that the kernel emulates, where the first three words
        /// of its results are still in registers: see `FunctionCode.site(behindCall:keeping:)`.
        case results(ofCallsTo: String)
        /// Every return, where the results are in registers.
        case returns
        /// The returns, but for those that can be reached from where a direct call of the function has succeeded, and those
        /// that only the first indirect call behind a direct call of another function leads to.
        case failingReturns(successOf: String, besidesIndirectCallBehind: String?)
        /// The first direct call of the function behind the attach points of a program in the same function; the only
        /// call, when the program is attached elsewhere.
        case callFollowing(program: String, to: String)
        /// Behind the function's stack check, or the check itself: see `FunctionCode.prologue`.
        case prologue
        /// The nearest call through a register or memory before each direct call of the function.
        case indirectCall(beforeCallTo: String)
        /// Every call in the body of a function that is inlined, of a method through an interface. The compiler may have made
        /// direct calls of them, for types that a profile has (cmd/compile/internal/devirtualize): only of methods with
        /// these arguments behind a receiver of one word, which are in the same registers.
        case methodCalls(inInlined: String, method: String, arguments: String)
    }
}

/// Struct fields that give one thing together.
struct FieldNeed: Sendable {
    var need: Need
    /// The first of which the executable has every field is taken; no facts are set for the others.
    var alternatives: [[FieldEntry]]
    /// A type that releases of the library without this don't have. Where neither it nor any of the fields exists, the
    /// fields are missing by release, which doesn't make the library partial.
    var introducedWith: TypeName?
    /// No release of the library has any of the fields yet, so they are missing by release.
    var isUnreleased: Bool

    init(
        _ need: Need, _ alternatives: [FieldEntry]..., introducedWith: TypeName? = nil, isUnreleased: Bool = false
    ) {
        self.need = need
        self.alternatives = alternatives
        self.introducedWith = introducedWith
        self.isUnreleased = isUnreleased
    }
}

/// A struct field and the fact that it becomes.
struct FieldEntry: Sendable {
    var type: TypeName
    /// `field`, or `field.field` for one of a struct that is itself a field.
    var field: String
    var shape: Shape
    var fact: any WritableKeyPath<ns_binary_facts, ns_offset> & Sendable
    /// The programs read it from the copy of its struct, if there is one of that type; else by itself.
    var isCopied: Bool

    /// What the programs read there. A field of another shape isn't the one they mean.
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
        case byte
    }

    init(
        _ type: TypeName, _ field: String, _ shape: Shape,
        _ fact: any WritableKeyPath<ns_binary_facts, ns_offset> & Sendable, isCopied: Bool = true
    ) {
        self.type = type
        self.field = field
        self.shape = shape
        self.fact = fact
        self.isCopied = isCopied
    }
}

/// A map type whose entries are read.
struct MapNeed: Sendable {
    var type: TypeName
    var need: Need
    var fact: any WritableKeyPath<ns_binary_facts, ns_header_map> & Sendable
}

/// A concrete type that the programs tell values of an interface by: its hash, as `GoBinary.typeHash` has it, becomes the
/// fact, which is all ones where the binary doesn't have the type.
struct TypeNeed: Sendable {
    var type: TypeName
    /// The values are pointers to it.
    var isPointer: Bool
    var need: Need
    var fact: any WritableKeyPath<ns_binary_facts, UInt32> & Sendable
}

/// A named Go type.
struct TypeName: Sendable, Hashable, CustomStringConvertible {
    /// Import path.
    var package: String
    var name: String

    var description: String { "\(package).\(name)" }
}
