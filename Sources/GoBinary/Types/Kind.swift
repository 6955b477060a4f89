/// A Go type's kind, numbered as in `internal/abi/type.go`.
package enum Kind: UInt8, Sendable {
    case bool = 1
    case int, int8, int16, int32, int64
    case uint, uint8, uint16, uint32, uint64, uintptr
    case float32, float64, complex64, complex128
    case array, chan, function, interface, map, pointer, slice, string, structure, unsafePointer
}
