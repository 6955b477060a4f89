/// What an amd64 instruction is, as far as the choice of a probe site needs it.
enum AMD64Instruction: Sendable, Equatable {
    /// `push` of a 64-bit register, encoded in one or two bytes.
    case push(AMD64Register)
    /// `call rel32` without prefixes.
    case call(target: UInt64)
    /// `jmp rel8` or `jmp rel32` without prefixes.
    case jump(target: UInt64)
    /// `jcc rel8` or `jcc rel32` without prefixes.
    case conditionalJump(AMD64Condition, target: UInt64)
    /// The one-byte nop, also with prefixes in front (`xchg %ax,%ax`).
    case shortNop
    /// A multi-byte nop (`nopl`, `nopw`).
    case longNop
    /// `call` through a register or memory.
    case indirectCall
    /// `jmp` through a register or memory.
    case indirectJump
    /// `ud2` or `int3`.
    case trap
    /// `test %rbx,%rbx`
    case testSecondResult
    /// `ret` without prefixes or operand.
    case ret
    /// A step of the stack check with which Go functions begin.
    case stackCheck(AMD64StackCheckStep)
    /// `sub $n,%rsp`, or `add $-128,%rsp`.
    case allocateFrame
    case other
}

/// The 64-bit general registers, by their number in instruction encodings.
enum AMD64Register: UInt8, Sendable {
    case rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
}

/// The conditions of `jcc`, by their number in instruction encodings, named as AT&T syntax does.
enum AMD64Condition: UInt8, Sendable {
    case o, no, b, ae, e, ne, be, a, s, ns, p, np, l, ge, le, g
}

/// What a Go function does before it uses its stack: compare the stack pointer, or the stack pointer less its frame,
/// with the goroutine's limit. R14 holds g; `stackguard0` is at 16, `stackguard1` (system stack) at 24
/// (cmd/internal/obj/x86/obj6.go, `stacksplit`, Go 1.17 and later).
enum AMD64StackCheckStep: Sendable {
    /// `mov %fs:-8,%r14`: assembly, which isn't handed g in a register.
    case loadGoroutine
    /// `lea -n(%rsp),%r12`: a large frame.
    case loadLowest
    /// `mov %rsp,%r12`: a frame so large that the subtraction may wrap around.
    case copyStackPointer
    /// `sub $n,%r12`, behind `copyStackPointer`, followed by a `jb` for the wrap-around.
    case subtractFrame
    /// `cmp 0x10(%r14),%rsp`
    case compareStackPointer
    /// `cmp 0x10(%r14),%r12`
    case compareLowest
}
