/// One decoded instruction of a function, of either instruction set, reduced to what the choice of a probe site needs.
struct Instruction: Sendable, Equatable {
    /// Where the instruction starts, in the address space of `FunctionCode`.
    let address: UInt64
    /// Bytes: 1 to 15 on amd64, 4 on arm64.
    let length: UInt8
    let role: Role
    let probing: Probing

    enum Role: Sendable, Equatable {
        /// A call of a fixed address.
        case call(target: UInt64)
        /// A call through a register or memory.
        case indirectCall
        /// The return to the caller.
        case ret
        /// Goes to a fixed address, always.
        case jump(target: UInt64)
        /// Goes to a fixed address or on to the next instruction.
        case branch(target: UInt64, test: Test?)
        /// Goes through a register or memory.
        case indirectJump
        /// Never goes on to the next instruction.
        case trap
        case other
    }

    /// What a branch decides by, as far as it is whether the second result of a Go call is zero: the first word of an
    /// `error` that comes behind a pointer.
    enum Test: Sendable, Equatable {
        case branchesIfZero
        case branchesUnlessZero
    }

    /// What the kernel does with an instruction that has a uprobe.
    enum Probing: Sendable {
        /// Does itself what the instruction would have done.
        case emulated
        /// Steps through a copy of it, which costs several times as much.
        case stepped
        /// Takes no probe there, or the program would no longer do what it did.
        case refused
    }

    /// Address behind the instruction.
    var end: UInt64 { address &+ UInt64(length) }
}
