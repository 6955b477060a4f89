/// Where an argument of a call comes from, when it is a field of an object that the function keeps a pointer to on its stack.
package struct ArgumentOrigin: Sendable, Hashable {
    /// Of the pointer, bytes above the stack pointer at the call.
    package let stackOffset: UInt64
    /// Of the field in the object, bytes.
    package let fieldOffset: UInt64
    /// Of the field, bytes: 4 or 8.
    package let size: Int

    package init(stackOffset: UInt64, fieldOffset: UInt64, size: Int) {
        self.stackOffset = stackOffset
        self.fieldOffset = fieldOffset
        self.size = size
    }
}

extension FunctionCode {
    /// Where an argument of a call comes from, told by the code right before it: loads from the stack, loads by what they
    /// gave, addresses and nops, and nothing that writes to memory. So the pointer is still on the stack at the call.
    ///
    /// Nil where the code shows no such origin, or can be entered between those loads and the call.
    ///
    /// - Parameters:
    ///   - index: of the word among the arguments, up to the third.
    ///   - address: of the call, which must be an instruction of this function.
    package func origin(ofArgument index: Int, at address: UInt64) -> ArgumentOrigin? {
        guard let call = self.index(of: address), let entries = branchTargets else { return nil }
        let registers = ArgumentRegisters(of: instructionSet)
        guard registers.arguments.indices.contains(index) else { return nil }
        var values: [UInt8: Value] = [:]
        for instruction in instructions[...call] {
            if entries.contains(instruction.address) { values = [:] }
            guard instruction.address != address else { break }
            guard instruction.role == .other, let step = LoadStep(bytes(of: instruction), of: instructionSet) else {
                values = [:]
                continue
            }
            switch step {
            case .load(let register, let base, let offset, let size):
                values[register] =
                    base == registers.stackPointer
                    ? (size == 8 ? .pointer(stackOffset: offset) : nil)
                    : values[base]?.field(at: offset, size: size)
            case .address(let register): values[register] = nil
            case .nothing: break
            }
        }
        guard case .field(let origin) = values[registers.arguments[index]] else { return nil }
        return origin
    }

    /// What is known of a register.
    private enum Value {
        case pointer(stackOffset: UInt64)
        case field(ArgumentOrigin)

        func field(at offset: UInt64, size: Int) -> Value? {
            guard case .pointer(let place) = self else { return nil }
            return .field(ArgumentOrigin(stackOffset: place, fieldOffset: offset, size: size))
        }
    }

    /// Where branches lead. Nil where that can't be told.
    private var branchTargets: Set<UInt64>? {
        var targets: Set<UInt64> = []
        for instruction in instructions {
            switch instruction.role {
            case .jump(let target), .branch(let target, _): targets.insert(target)
            case .indirectJump: return nil
            case .call, .indirectCall, .ret, .trap, .other: break
            }
        }
        return targets
    }
}

/// Registers by their numbers in instruction encodings: those of the first words of a Go function's arguments
/// (src/cmd/compile/abi-internal.md), and the stack pointer.
private struct ArgumentRegisters {
    let arguments: [UInt8]
    let stackPointer: UInt8

    init(of instructionSet: InstructionSet) {
        switch instructionSet {
        case .amd64:
            arguments = [AMD64Register.rax, .rbx, .rcx].map(\.rawValue)
            stackPointer = AMD64Register.rsp.rawValue
        case .arm64:
            arguments = [0, 1, 2]
            stackPointer = 31
        }
    }
}
