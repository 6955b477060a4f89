private import CCapstone

/// The registers that a Go function returns its results in (src/cmd/compile/abi-internal.md), as capstone numbers them with
/// all their parts.
struct ResultRegisters {
    private let instructionSet: InstructionSet
    private let numbers: Set<UInt16>

    /// Those of the first words of the results; up to three are known.
    init(_ count: Int, of instructionSet: InstructionSet) {
        let all: [[UInt32]] =
            switch instructionSet {
            case .amd64:
                [
                    [X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL, X86_REG_AH].map(\.rawValue),
                    [X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL, X86_REG_BH].map(\.rawValue),
                    [X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL, X86_REG_CH].map(\.rawValue),
                ]
            case .arm64:
                [[ARM64_REG_X0, ARM64_REG_W0], [ARM64_REG_X1, ARM64_REG_W1], [ARM64_REG_X2, ARM64_REG_W2]].map {
                    $0.map(\.rawValue)
                }
            }
        self.instructionSet = instructionSet
        numbers = Set(all.prefix(count).joined().map { UInt16($0) })
    }

    /// Instructions that write to more than capstone tells: to RAX, and RDX.
    private static let understated: Set<UInt32> = [
        X86_INS_CMPXCHG.rawValue, X86_INS_CMPXCHG8B.rawValue, X86_INS_CMPXCHG16B.rawValue,
    ]

    /// Whether an instruction leaves them all as they are. False where that can't be told.
    func arePreserved(by bytes: ArraySlice<UInt8>, at address: UInt64, _ capstone: inout Capstone) -> Bool {
        guard capstone.decode(bytes, at: address) == bytes.count, let written = capstone.writtenRegisters else {
            return false
        }
        if instructionSet == .amd64, Self.understated.contains(capstone.id) { return false }
        return numbers.isDisjoint(with: written)
    }
}
