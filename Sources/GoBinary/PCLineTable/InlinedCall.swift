/// A call that the compiler replaced by the body of the function called: no instruction at which that function begins.
package struct InlinedCall: Sendable, Equatable {
    /// The linker's name, with the vendor prefix if it has one.
    package var callee: String
    /// The function whose code the body is part of.
    package var caller: Function
    /// The functions, inlined as well, through which `caller` makes the call, outermost first. Empty where it makes the
    /// call itself.
    package var path: [String]
    /// The body's instructions, those of what is inlined into it included, in order. Other instructions may be between
    /// them.
    package var addresses: [Range<UInt64>]
    /// An instruction of `caller` that belongs to the line of the call, or nil if none was kept.
    package var callSite: UInt64?
}
