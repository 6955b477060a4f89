/// Goes through the records of all functions, `runtime._func`, in order of address. Records are in that order too, so
/// going through them reads each part of the file once.
struct FunctionWalk {
    private let table: FunctionTable
    /// File offset of the table, and bytes of it and of the records behind it.
    private let rows: UInt64
    private let size: UInt64
    private var rowWindow = Window(capacity: 256 << 10)
    private var recordWindow = Window(capacity: 256 << 10)
    /// Of the function that `next` went to.
    private(set) var index: UInt64 = 0
    private var record: UInt32 = 0
    private var isAtStart = true

    private static let what = "table of functions"

    init(_ table: FunctionTable) throws(GoBinaryError) {
        self.table = table
        let records = table.module.functionRecords
        size = records.upperBound - records.lowerBound
        let rowsSize = table.header.functionCount * 8 + 4
        guard let rows = table.image.fileOffset(of: table.start, count: max(rowsSize, size)) else {
            throw .corrupt(Self.what)
        }
        self.rows = rows
    }

    /// Goes to the first function, or the one behind. False behind the last one.
    mutating func next() throws(GoBinaryError) -> Bool {
        if isAtStart { isAtStart = false } else { index += 1 }
        guard index < table.header.functionCount else { return false }
        let next = try row(4)
        guard next > record, UInt64(next) + table.header.record.size <= size else { throw .corrupt(Self.what) }
        record = next
        return true
    }

    /// Where the function starts, as an offset in the code.
    mutating func entry() throws(GoBinaryError) -> UInt32 { try row(0) }

    /// Where the next one starts.
    mutating func end() throws(GoBinaryError) -> UInt32 { try row(8) }

    /// A field of the record.
    mutating func load<T: StoredInteger>(_ type: T.Type, _ field: UInt64) throws(GoBinaryError) -> T {
        try recordWindow.load(type, at: rows + UInt64(record) + field, from: table.image.file.source, Self.what)
    }

    /// Offset of a piece of the function's data, or nil if it has none of that kind.
    mutating func data(_ kind: FunctionRecord.DataKind) throws(GoBinaryError) -> UInt32? {
        let layout = table.header.record
        guard try load(UInt8.self, layout.size - 1) > kind.rawValue else { return nil }
        let tables = UInt64(try load(UInt32.self, layout.valueTableCount))
        let field = layout.size + (tables + UInt64(kind.rawValue)) * 4
        guard UInt64(record) + field + 4 <= size else { throw .corrupt(Self.what) }
        let offset = try load(UInt32.self, field)
        return offset == .max ? nil : offset
    }

    private mutating func row(_ field: UInt64) throws(GoBinaryError) -> UInt32 {
        try rowWindow.load(UInt32.self, at: rows + index * 8 + field, from: table.image.file.source, Self.what)
    }
}
