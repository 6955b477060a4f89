/// A decoded function: answers where probes can go in it.
package struct FunctionCode: Sendable {
    /// Where the function starts.
    package let address: UInt64
    /// In address order, without gaps.
    let instructions: [Instruction]

    /// The `call rel32` instructions to a function, in address order.
    package func directCalls(to target: UInt64) -> [CodeSite] {
        instructions.compactMap { $0.kind == .call(target: target) ? CodeSite($0) : nil }
    }

    /// The `call` through a register or memory that is nearest before an address, which must be an instruction of this
    /// function or its end.
    package func indirectCall(before limit: UInt64) -> CodeSite? {
        let end = instructions.last?.end ?? address
        guard limit == end || index(of: limit) != nil else { return nil }
        let call = instructions.last { instruction in
            guard instruction.address < limit, case .indirectCall = instruction.kind else { return false }
            return true
        }
        return call.map { CodeSite($0) }
    }

    /// The instruction that starts at an address; nil where none starts.
    package func site(at address: UInt64) -> CodeSite? {
        index(of: address).map { CodeSite(instructions[$0]) }
    }

    /// The instruction that follows the one at an address; nil where none starts or none follows.
    package func site(behind address: UInt64) -> CodeSite? {
        index(of: address).flatMap { $0 + 1 < instructions.count ? CodeSite(instructions[$0 + 1]) : nil }
    }

    /// Where every call of the function passes with its arguments still in registers.
    ///
    /// Behind the stack check, the `push %rbp` with which Go 1.21 and later set up a frame: it runs once a call, after
    /// the stack has grown. Go 1.20 and earlier allocate the frame with an instruction that the kernel steps; there it
    /// is the check's own `jbe`, which runs again when the stack grows. A function without a check must begin with the
    /// push. Nil for any other shape: frameless functions, assembly.
    package var prologue: CodeSite? {
        guard let check = stackCheckBranch else {
            guard let first = instructions.first, first.kind == .push(.rbp) else { return nil }
            return CodeSite(first)
        }
        let body = instructions[(check + 1)...]
        switch body.first(where: { $0.kind != .shortNop && $0.kind != .longNop })?.kind {
        case .push(.rbp): return body.first { $0.kind == .push(.rbp) }.map { CodeSite($0) }
        case .allocateFrame: return CodeSite(instructions[check])
        default: return nil
        }
    }

    /// Index of the `jbe` that ends the stack check at the function's start.
    private var stackCheckBranch: Int? {
        let start = instructions.first?.kind == .stackCheck(.loadGoroutine) ? 1 : 0
        let kinds = instructions.dropFirst(start).prefix(5).map(\.kind)
        let compare: Int
        switch kinds.first {
        case .stackCheck(.compareStackPointer):
            compare = 0
        case .stackCheck(.loadLowest):
            guard kinds.count > 1, kinds[1] == .stackCheck(.compareLowest) else { return nil }
            compare = 1
        case .stackCheck(.copyStackPointer):
            guard kinds.count > 3, kinds[1] == .stackCheck(.subtractFrame), kinds[2].condition == .b,
                kinds[3] == .stackCheck(.compareLowest)
            else { return nil }
            compare = 3
        default:
            return nil
        }
        let branch = compare + 1
        guard branch < kinds.count, kinds[branch].condition == .be else { return nil }
        return start + branch
    }

    private func index(of address: UInt64) -> Int? {
        var low = 0
        var high = instructions.count
        while low < high {
            let middle = (low + high) / 2
            if instructions[middle].address < address { low = middle + 1 } else { high = middle }
        }
        return low < instructions.count && instructions[low].address == address ? low : nil
    }
}

extension Instruction.Kind {
    fileprivate var condition: Condition? {
        guard case .conditionalJump(let condition, _) = self else { return nil }
        return condition
    }
}
