/// A run of consecutive bytes of the executable, held in a buffer that is allocated once.
///
/// Going forward through a table with one window costs one read for each `capacity` bytes.
struct Window: Sendable {
    /// File offset of the first byte held.
    private(set) var start: UInt64 = 0
    /// Number of bytes held.
    private(set) var count = 0
    private var bytes: [UInt8]

    init(capacity: Int) {
        bytes = [UInt8](repeating: 0, count: capacity)
    }

    /// Holds the bytes from `offset` on, as many as fit and exist.
    mutating func fill(from source: MeteredSource, at offset: UInt64) throws(GoBinaryError) {
        count = 0
        start = offset
        let result = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(GoBinaryError) in try source.read(at: offset, into: buffer) }
        }
        count = try result.get()
    }

    /// The position of `length` bytes at a file offset, if all of them are held.
    func position(of offset: UInt64, length: Int) -> Int? {
        guard offset >= start, let position = Int(exactly: offset - start), position <= count,
            length <= count - position
        else { return nil }
        return position
    }

    /// A little-endian integer at a position for which `position(of:length:)` vouched.
    func load<T: StoredInteger>(_ type: T.Type, at position: Int) -> T {
        T(littleEndian: bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: type))
    }

    /// The bytes held, in place.
    func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }

    /// A little-endian integer at a file offset; moves the window there if it has to.
    mutating func load<T: StoredInteger>(
        _ type: T.Type, at offset: UInt64, from source: MeteredSource, _ what: @autoclosure () -> String
    ) throws(GoBinaryError) -> T {
        let length = MemoryLayout<T>.size
        if let position = position(of: offset, length: length) { return load(type, at: position) }
        try fill(from: source, at: offset)
        guard let position = position(of: offset, length: length) else { throw .truncated(what()) }
        return load(type, at: position)
    }
}

/// An integer type that can be read from bytes.
typealias StoredInteger = BitwiseCopyable & FixedWidthInteger & Sendable
