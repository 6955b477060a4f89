/// How the entries of one map type lie in memory. All sizes and offsets in bytes.
package enum MapLayout: Sendable, Equatable {
    case classic(Classic)
    case swiss(Swiss)

    /// `runtime.hmap`'s buckets: 8 tophash bytes, 8 keys, 8 elements, pointer to the overflow bucket
    /// (`runtime/map.go`, Go 1.23).
    package struct Classic: Sendable, Equatable {
        package var keySize: UInt64
        package var elemSize: UInt64
        package var bucketSize: UInt64
        /// From the start of the bucket to its first key.
        package var keysOffset: UInt64
        package var elemsOffset: UInt64
        package var overflowOffset: UInt64
        /// The bucket holds a pointer to each key instead of the key.
        package var isKeyIndirect: Bool
        package var isElemIndirect: Bool
    }

    /// `internal/runtime/maps` groups: 8 control bytes and 8 slots (Go 1.24 and later).
    package struct Swiss: Sendable, Equatable {
        package var groupSize: UInt64
        /// From the start of the group to its first key.
        package var keysOffset: UInt64
        /// From one key to the next.
        package var keyStride: UInt64
        package var elemsOffset: UInt64
        package var elemStride: UInt64
        package var isKeyIndirect: Bool
        package var isElemIndirect: Bool
    }
}
