/// Where the sizes of a group are in the descriptor of a swiss map type (`internal/abi.MapType`), in bytes from its
/// start. An offset in it counts from the start of a group.
struct MapDescriptor: Sendable {
    let groupSize: UInt64 = 80
    /// Nil where it is always behind the 8 control bytes.
    let keysOffset: UInt64?
    let keyStride: UInt64
    let elemsOffset: UInt64
    /// What is added to the value at `elemsOffset`: it counts from the start of a slot in Go 1.24 to 1.26.
    let elemsBase: UInt64
    let elemStride: UInt64
    let flags: UInt64
    /// Bytes of the whole descriptor.
    let size: UInt64

    /// Go 1.24 to 1.26: SlotSize 88, ElemOff 96, Flags 104.
    static let go124 = MapDescriptor(
        keysOffset: nil, keyStride: 88, elemsOffset: 96, elemsBase: 8, elemStride: 88, flags: 104, size: 112)
    /// Go 1.27: KeysOff 88, KeyStride 96, ElemsOff 104, ElemStride 112, ElemOff 120, Flags 128.
    static let go127 = MapDescriptor(
        keysOffset: 88, keyStride: 96, elemsOffset: 104, elemsBase: 0, elemStride: 112, flags: 128, size: 136)

    /// Bytes of the descriptor of a classic map type: keysize 80, valuesize 81, bucketsize 82, flags 84.
    static let classicSize: UInt64 = 88
}
