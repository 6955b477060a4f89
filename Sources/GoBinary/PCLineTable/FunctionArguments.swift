/// The arguments of a function as its traceback information has them (`FUNCDATA_ArgInfo`,
/// `cmd/compile/internal/ssagen.EmitArgInfo`): the shape, without types. At most ten components are described.
package struct FunctionArguments: Sendable, Equatable {
    /// What is passed in one register or one place on the stack, in the order of the source, the receiver's first. An
    /// argument of several words has several; one of no size has none.
    package var components: [Component]
    /// Sizes in bytes of the components, arguments of several in braces: `8 {8 8} 8` for a pointer, an interface and a
    /// pointer. `_` is a component whose size isn't told, `...` are components that aren't listed.
    package var shape: String

    package struct Component: Sendable, Equatable {
        /// The argument that it belongs to, the receiver being 0.
        package var argument: Int
        /// Bytes, or nil if it isn't told.
        package var size: Int?
        package var location: Location
    }

    /// Where a component is when the function is entered.
    ///
    /// An argument of size 4 or 8 may be a floating-point number, which goes to a register of another kind: where a
    /// function takes such numbers, the integers behind them are in registers of lower numbers than this says. And an
    /// array of more than one element can't always be told from a struct, but is on the stack: from what looks like an
    /// array on, registers are unknown, but an array of two or three words looks like a string, interface or slice.
    package enum Location: Sendable, Equatable {
        /// Of the integer registers of the architecture, in the order in which they are assigned: RAX, RBX, RCX, RDI, RSI,
        /// R8, R9, R10, R11 on amd64, R0 to R15 on arm64 (`cmd/compile/abi-internal.md`).
        case register(Int)
        /// Bytes from the first argument on the stack, which is 8 bytes above the stack pointer.
        case stack(Int)
        case unknown
    }
}
