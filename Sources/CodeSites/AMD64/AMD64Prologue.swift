/// How a Go function begins on amd64.
struct AMD64Prologue {
    private let instructions: [AMD64Instruction]

    init(_ instructions: [AMD64Instruction]) {
        self.instructions = instructions
    }

    /// Index of the instruction that `FunctionCode.prologue` is.
    ///
    /// Behind the stack check, the `push %rbp` with which Go 1.21 and later set up a frame: it runs once a call, after
    /// the stack has grown. Go 1.20 and earlier allocate the frame with an instruction that the kernel steps; there it
    /// is the check's own `jbe`, which runs again when the stack grows. A function without a check must begin with the
    /// push. Nil for any other shape: frameless functions, assembly.
    var site: Int? {
        guard let check = stackCheckBranch else { return instructions.first == .push(.rbp) ? 0 : nil }
        let body = instructions[(check + 1)...].firstIndex { $0 != .shortNop && $0 != .longNop }
        guard let body else { return nil }
        switch instructions[body] {
        case .push(.rbp): return body
        case .allocateFrame: return check
        default: return nil
        }
    }

    /// Index of the `jbe` that ends the stack check at the function's start.
    private var stackCheckBranch: Int? {
        let start = instructions.first == .stackCheck(.loadGoroutine) ? 1 : 0
        let steps = instructions.dropFirst(start).prefix(5)
        let compare: Int
        switch steps.first {
        case .stackCheck(.compareStackPointer):
            compare = start
        case .stackCheck(.loadLowest):
            guard steps.count > 1, steps[start + 1] == .stackCheck(.compareLowest) else { return nil }
            compare = start + 1
        case .stackCheck(.copyStackPointer):
            guard steps.count > 3, steps[start + 1] == .stackCheck(.subtractFrame), steps[start + 2].condition == .b,
                steps[start + 3] == .stackCheck(.compareLowest)
            else { return nil }
            compare = start + 3
        default:
            return nil
        }
        let branch = compare + 1
        guard branch < steps.endIndex, steps[branch].condition == .be else { return nil }
        return branch
    }
}

extension AMD64Instruction {
    fileprivate var condition: AMD64Condition? {
        guard case .conditionalJump(let condition, _) = self else { return nil }
        return condition
    }
}
