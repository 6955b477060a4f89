/// How to get from the address of a struct to a field of it, of a struct in it, or of one that it points to.
package struct FieldPath: Sendable, Equatable {
    /// Offset in the first struct, then, for each pointer on the way, the offset in the struct that it points to. All but
    /// the last are the pointers' own. In bytes.
    package var hops: [UInt64]
    package var kind: Kind
    /// Image-relative address of the field's type descriptor.
    package var typeAddress: UInt64
}
