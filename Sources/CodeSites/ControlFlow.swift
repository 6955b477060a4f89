/// What comes behind a call, and where the function returns from there.
extension FunctionCode {
    /// Instructions behind a call that are looked at; compilers move a few loads and stores there.
    private static let lookahead = 16

    /// The first instruction behind a call that the kernel emulates, if the first words of the call's results are still in
    /// their registers there. It follows the call, whatever comes then, and nothing else leads to it but what jumps there.
    ///
    /// Nil where a register is overwritten before that, or the function goes elsewhere.
    ///
    /// - Parameters:
    ///   - address: of the call, which must be an instruction of this function.
    ///   - count: words of results, up to three.
    package func site(behindCall address: UInt64, keeping count: Int) -> CodeSite? {
        guard let call = index(of: address),
            var capstone = try? Capstone(for: instructionSet, tellsRegisters: true)
        else { return nil }
        let registers = ResultRegisters(count, of: instructionSet)
        for instruction in instructions[(call + 1)...].prefix(Self.lookahead) {
            if instruction.probing == .emulated { return site(instruction) }
            guard case .other = instruction.role,
                registers.arePreserved(by: bytes(of: instruction), at: instruction.address, &capstone)
            else { return nil }
        }
        return nil
    }

    /// Where the function goes on behind a call that returned a pointer and no error: behind the first branch, if that is
    /// by whether the error is nil. Nil for any other shape.
    package func success(behindCall address: UInt64) -> UInt64? {
        guard let call = index(of: address) else { return nil }
        for instruction in instructions[(call + 1)...].prefix(Self.lookahead) {
            switch instruction.role {
            case .other: continue
            case .branch(let target, .branchesIfZero): return target
            case .branch(_, .branchesUnlessZero): return instruction.end
            default: return nil
            }
        }
        return nil
    }

    /// The addresses of the returns that the function can reach from instructions of its own, ascending.
    ///
    /// Every call is taken to return, so there may be some among them that it never reaches. A jump to the function's start
    /// isn't followed: it comes behind the growth of the stack, with which the function begins anew. Nil where it can't be
    /// told: the function jumps through a register or memory.
    ///
    /// - Parameter obstacles: addresses of instructions that it doesn't get past.
    package func returns(from starts: [UInt64], without obstacles: Set<UInt64> = []) -> [UInt64]? {
        var isReached = [Bool](repeating: false, count: instructions.count)
        var pending = starts
        while let address = pending.popLast() {
            guard var index = index(of: address) else { continue }
            while index < instructions.count, !isReached[index], !obstacles.contains(instructions[index].address) {
                isReached[index] = true
                switch instructions[index].role {
                case .indirectJump: return nil
                case .jump(let target):
                    if target != self.address { pending.append(target) }
                    index = instructions.count
                case .branch(let target, _):
                    pending.append(target)
                    index += 1
                case .ret, .trap: index = instructions.count
                case .call, .indirectCall, .other: index += 1
                }
            }
        }
        return instructions.indices.filter { isReached[$0] && instructions[$0].role == .ret }.map {
            instructions[$0].address
        }
    }
}
