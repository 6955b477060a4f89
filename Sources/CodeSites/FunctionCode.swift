/// A decoded function: answers where probes can go in it.
package struct FunctionCode: Sendable {
    /// Where the function starts.
    package let address: UInt64
    let code: [UInt8]
    let instructionSet: InstructionSet
    /// In address order, without gaps.
    let instructions: [Instruction]
    /// Index of the instruction that `prologue` is.
    private let prologueIndex: Int?

    init(address: UInt64, code: [UInt8], instructionSet: InstructionSet, instructions: [Instruction], prologue: Int?) {
        self.address = address
        self.code = code
        self.instructionSet = instructionSet
        self.instructions = instructions
        prologueIndex = prologue
    }

    /// Where every call of the function passes with its arguments still in registers, at an instruction that the kernel
    /// emulates.
    ///
    /// On amd64, the first instruction behind the stack check where that is the `push %rbp` of Go 1.21 and later: it runs
    /// once a call. Otherwise the branch that ends the check, which runs again when the stack grows. A function without a
    /// check has such a site only where its first instruction is one. Nil for any other shape: frameless functions,
    /// assembly.
    package var prologue: CodeSite? {
        prologueIndex.flatMap { site(instructions[$0]) }
    }

    /// The calls of a function by its address, in address order: `call rel32`, `bl`.
    ///
    /// - Parameter limit: how many of them are wanted; a hostile function may consist of nothing else.
    package func directCalls(to target: UInt64, atMost limit: Int = .max) -> [CodeSite] {
        sites(atMost: limit) { $0 == .call(target: target) }
    }

    /// A call of a fixed address, or through a register or memory.
    package struct Call: Sendable {
        package let site: CodeSite
        /// Nil through a register or memory.
        package let target: UInt64?
    }

    /// All the calls in a part of the function, in address order, or nil if one takes no probe.
    package func calls(in part: Range<UInt64>) -> [Call]? {
        var calls: [Call] = []
        for instruction in instructions[firstIndex(notBefore: part.lowerBound)...] {
            guard instruction.address < part.upperBound else { break }
            let target: UInt64?
            switch instruction.role {
            case .call(let callee): target = callee
            case .indirectCall: target = nil
            case .ret, .jump, .branch, .indirectJump, .trap, .other: continue
            }
            guard let site = site(instruction) else { return nil }
            calls.append(Call(site: site, target: target))
        }
        return calls
    }

    /// The returns to the caller, in address order: `ret`. What the function returns is in registers there. A function
    /// may also end in a jump to another one, or not at all.
    ///
    /// - Parameter limit: how many of them are wanted.
    package func returns(atMost limit: Int = .max) -> [CodeSite] {
        sites(atMost: limit) { $0 == .ret }
    }

    /// The call through a register or memory that is nearest before an address, which must be an instruction of this
    /// function or its end.
    package func indirectCall(before limit: UInt64) -> CodeSite? {
        let end = instructions.last?.end ?? address
        guard limit == end || index(of: limit) != nil else { return nil }
        return instructions.last { $0.address < limit && $0.role == .indirectCall }.flatMap { site($0) }
    }

    /// Address of the call through a register or memory that is nearest behind an address.
    package func indirectCall(behind start: UInt64) -> UInt64? {
        instructions[firstIndex(notBefore: start)...].first { $0.role == .indirectCall }?.address
    }

    /// The instruction that starts at an address; nil where none starts, or one that takes no probe.
    package func site(at address: UInt64) -> CodeSite? {
        index(of: address).flatMap { site(instructions[$0]) }
    }

    /// The instruction that follows the one at an address; nil where none starts there or none follows, or one that takes
    /// no probe.
    package func site(behind address: UInt64) -> CodeSite? {
        index(of: address).flatMap { $0 + 1 < instructions.count ? site(instructions[$0 + 1]) : nil }
    }

    func bytes(of instruction: Instruction) -> ArraySlice<UInt8> {
        let start = Int(instruction.address &- address)
        return code[start..<start + Int(instruction.length)]
    }

    private func sites(atMost limit: Int, where matches: (Instruction.Role) -> Bool) -> [CodeSite] {
        var sites: [CodeSite] = []
        for instruction in instructions where matches(instruction.role) {
            guard sites.count < limit else { break }
            if let site = site(instruction) { sites.append(site) }
        }
        return sites
    }

    /// Nil for an instruction that takes no probe.
    func site(_ instruction: Instruction) -> CodeSite? {
        guard instruction.probing != .refused else { return nil }
        let bytes = bytes(of: instruction)
        let text =
            switch instructionSet {
            case .amd64: AMD64Decoder.text(of: bytes, at: instruction.address)
            case .arm64: ARM64Decoder.text(of: bytes, at: instruction.address)
            }
        return text.map {
            CodeSite(address: instruction.address, instruction: $0, isEmulated: instruction.probing == .emulated)
        }
    }

    func index(of address: UInt64) -> Int? {
        let index = firstIndex(notBefore: address)
        return index < instructions.count && instructions[index].address == address ? index : nil
    }

    private func firstIndex(notBefore address: UInt64) -> Int {
        var low = 0
        var high = instructions.count
        while low < high {
            let middle = (low + high) / 2
            if instructions[middle].address < address { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
