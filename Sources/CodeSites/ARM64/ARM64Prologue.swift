/// How a Go function begins on arm64.
struct ARM64Prologue {
    private let address: UInt64
    private let instructions: [ARM64Instruction]

    init(_ instructions: [ARM64Instruction], at address: UInt64) {
        self.address = address
        self.instructions = instructions
    }

    /// Index of the instruction that `FunctionCode.prologue` is.
    ///
    /// The `b.ls` that ends the stack check: what follows it are stores, which the kernel steps. It runs again when the
    /// stack grows. In a function without a check, the first instruction, if it is an emulated one that no branch of the
    /// function comes back to.
    var site: Int? {
        if let check = stackCheckBranch { return check }
        guard let first = instructions.first, first.probing == .emulated,
            !instructions.contains(where: { $0.branchTarget == address })
        else { return nil }
        return 0
    }

    /// Index of the `b.ls` that ends the stack check at the function's start.
    private var stackCheckBranch: Int? {
        guard instructions.first == .stackCheck(.loadGuard),
            let branch = instructions.prefix(Self.longestCheck).firstIndex(where: { $0.condition == .ls })
        else { return nil }
        let steps = instructions[1..<branch].filter { $0 != .loadConstant }
        switch steps.count {
        case 1: return steps[0] == .stackCheck(.compareStackPointer) ? branch : nil
        case 2: return steps == [.stackCheck(.subtractFrame), .stackCheck(.compareLowest)] ? branch : nil
        case 3:
            let isHuge =
                steps[0] == .stackCheck(.subtractHugeFrame) && steps[1].condition == .lo
                && steps[2] == .stackCheck(.compareLowest)
            return isHuge ? branch : nil
        default: return nil
        }
    }

    /// Instructions in the longest check: a size of 64 bits takes four to load.
    private static let longestCheck = 9
}

extension ARM64Instruction {
    fileprivate var condition: ARM64Condition? {
        guard case .conditionalBranch(let condition, _) = self else { return nil }
        return condition
    }
}
