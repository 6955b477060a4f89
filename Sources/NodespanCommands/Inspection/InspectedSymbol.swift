import CodeSites
import GoBinary
import Probes

/// A function that `inspect --symbol` was asked for, as its JSON has it.
struct InspectedSymbol: Encodable {
    struct Definition: Encodable {
        /// With any vendor prefix.
        let symbol: String
        /// Image-relative, "0x…".
        let address: String
        /// Bytes to the next function.
        let size: UInt64
        let fileOffset: UInt64
        /// By words, the receiver's first; absent if the program doesn't tell.
        let arguments: [Argument]?
        /// Where every call passes, its arguments still in registers; absent if there is no such place.
        let prologue: Site?
        /// Why there is none.
        let prologueMissing: String?
        /// Programs that nodespan attaches in the function.
        let programs: [String]
    }

    struct Argument: Encodable {
        /// Of which argument the word is a part, the receiver being 0.
        let argument: Int
        /// Bytes; absent if it isn't told.
        let size: Int?
        /// A register, or "stack+N" for N bytes behind the first argument there; absent if it isn't told.
        let location: String?
    }

    struct Site: Encodable {
        let address: String
        let instruction: String
        let emulated: Bool
    }

    struct Inlining: Encodable {
        let caller: String
        let address: String
    }

    let name: String
    let definitions: [Definition]
    let inlinedInto: [Inlining]
    /// Names that it is part of, where it is none itself.
    let similar: [String]

    init(_ report: SymbolReport, in binary: GoBinary, probes: [AttachPoint]) {
        name = report.name
        definitions = report.definitions.map { definition in
            let function = definition.function
            return Definition(
                symbol: function.name, address: Self.hexadecimal(function.address), size: function.size,
                fileOffset: function.fileOffset,
                arguments: definition.arguments.map { arguments in
                    arguments.components.map {
                        Argument(
                            argument: $0.argument, size: $0.size, location: $0.location.name(on: binary.architecture))
                    }
                },
                prologue: definition.prologue.map {
                    Site(
                        address: Self.hexadecimal($0.address), instruction: $0.instruction, emulated: $0.isEmulated)
                }, prologueMissing: definition.prologueAbsence,
                programs: probes.filter { $0.symbol == function.name }.map(\.program))
        }
        inlinedInto = report.inlined.map { Inlining(caller: $0.caller, address: Self.hexadecimal($0.address)) }
        similar = report.similar
    }

    private static func hexadecimal(_ address: UInt64) -> String { "0x" + String(address, radix: 16) }
}

extension FunctionArguments.Location {
    fileprivate func name(on architecture: GoBinary.Architecture) -> String? {
        switch self {
        case .register(let index): architecture.argumentRegister(index)
        case .stack(let offset): "stack+\(offset)"
        case .unknown: nil
        }
    }
}

extension GoBinary.Architecture {
    /// In the order in which integer arguments are assigned to registers (cmd/compile/abi-internal.md).
    fileprivate func argumentRegister(_ index: Int) -> String {
        switch self {
        case .amd64:
            let names = ["RAX", "RBX", "RCX", "RDI", "RSI", "R8", "R9", "R10", "R11"]
            return names.indices.contains(index) ? names[index] : "register \(index)"
        case .arm64: return "R\(index)"
        }
    }
}

extension PlanOutcome {
    /// In all libraries.
    var probes: [AttachPoint] { libraries.flatMap(\.probes) }
}
