/// What the decoders of records share.
extension MemoryLayout {
    /// Where a field of a C struct is, bytes.
    static func offset(ofField field: PartialKeyPath<T>) -> Int {
        guard let offset = offset(of: field) else { preconditionFailure("a field of a C struct is stored") }
        return offset
    }
}

extension UnsafeRawBufferPointer {
    /// A number, aligned in any way, that is in the record's fixed part.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Number {
        loadUnaligned(fromByteOffset: offset, as: Number.self)
    }

    /// The size of a body, bytes. Nil where it is negative: unknown.
    func bodySize(at offset: Int) -> Int64? {
        let size: Int64 = number(at: offset)
        return size < 0 ? nil : size
    }
}

/// The texts of which a record has less than there was: one bit for each, by its index.
protocol CutTexts: OptionSet, Sendable where RawValue == UInt16 {}

extension CutTexts {
    init(text index: UInt32) {
        self.init(rawValue: 1 << UInt16(truncatingIfNeeded: index))
    }
}
