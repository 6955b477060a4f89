/// Walks the texts of a record, one behind the other at its end, all lengths checked beforehand.
struct TextCursor {
    private let record: UnsafeRawBufferPointer
    private let lengthsOffset: Int
    private var index = 0
    private var position: Int

    /// - Parameters:
    ///   - lengthsOffset: where the lengths are, two bytes for each text; the texts follow them.
    ///   - limits: the longest that each text can be, bytes.
    init(_ record: UnsafeRawBufferPointer, lengthsOffset: Int, limits: [Int]) throws(RecordError) {
        self.record = record
        self.lengthsOffset = lengthsOffset
        position = lengthsOffset + MemoryLayout<UInt16>.size * limits.count
        guard record.count >= position else { throw .tooShort(size: record.count, needed: position) }
        var end = position
        for (index, limit) in limits.enumerated() {
            let length = length(of: index)
            guard length <= limit else { throw .textTooLong(index: index, length: length) }
            end += length
        }
        guard end == record.count else { throw .sizeMismatch(size: record.count, expected: end) }
    }

    /// The next text, its invalid UTF-8 repaired.
    mutating func next() -> String {
        let end = position + length(of: index)
        defer {
            index += 1
            position = end
        }
        return String(decoding: record[position..<end], as: UTF8.self)
    }

    private func length(of index: Int) -> Int {
        Int(record.loadUnaligned(fromByteOffset: lengthsOffset + MemoryLayout<UInt16>.size * index, as: UInt16.self))
    }
}
