/// What a word of arm64 code is, as far as the choice of a probe site needs it.
enum ARM64Instruction: Sendable, Equatable {
    /// `bl`
    case call(target: UInt64)
    /// `blr`
    case indirectCall
    /// `ret`
    case ret
    /// `br`
    case indirectBranch
    /// `b`
    case jump(target: UInt64)
    /// `cbz`, `cbnz`, `tbz`, `tbnz`. `test` is there for the first two with X1.
    case branch(target: UInt64, test: Instruction.Test?)
    /// `b.cond`
    case conditionalBranch(ARM64Condition, target: UInt64)
    /// `adr`, `adrp`
    case address
    /// A load from an address relative to its own. `size` is that of the literal there, bytes; 0 for a prefetch.
    case literalLoad(literal: UInt64, size: Int)
    /// Loads a constant into X27, the assembler's scratch register: a frame size too large for an operand.
    case loadConstant
    /// A step of the stack check with which Go functions begin.
    case stackCheck(ARM64StackCheckStep)
    /// Any other instruction of which a copy does elsewhere what it does in its place.
    case movable
    /// An instruction that only works in its place, uninterrupted, or in privileged code.
    case bound
    /// No instruction: padding, or a literal.
    case data
}

/// The conditions of `b.cond`, by their number in instruction encodings.
enum ARM64Condition: UInt8, Sendable {
    case eq, ne, hs, lo, mi, pl, vs, vc, hi, ls, ge, lt, gt, le, al, nv
}

/// What a Go function does before it uses its stack: compare the stack pointer, or the stack pointer less its frame,
/// with the goroutine's limit. X28 holds g; `stackguard0` is at 16, `stackguard1` (system stack) at 24. All releases
/// since Go 1.17 do it alike (cmd/internal/obj/arm64/obj7.go, `stacksplit`).
enum ARM64StackCheckStep: Sendable {
    /// `ldr x16, [x28, #16]`
    case loadGuard
    /// `cmp sp, x16`: a small frame.
    case compareStackPointer
    /// `sub x17, sp, #n`: a large frame.
    case subtractFrame
    /// `subs x17, sp, #n` or `subs x17, sp, x27`: a frame so large that the subtraction may wrap around. Followed by a
    /// `b.lo` for that.
    case subtractHugeFrame
    /// `cmp x17, x16`
    case compareLowest
}
