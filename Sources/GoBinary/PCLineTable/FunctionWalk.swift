/// Goes through the records of all functions, `runtime._func`, in order of address. Records are in that order too, so
/// going through them reads each part of the file once.
struct FunctionWalk {
    private let source: any ByteSource
    private let layout: FunctionTableHeader.RecordLayout
    private let functionCount: UInt64
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
        source = table.image.file.source
        layout = table.header.record
        functionCount = table.header.functionCount
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
        guard index < functionCount else { return false }
        let next = try row(4)
        guard next > record, UInt64(next) + layout.size <= size else { throw .corrupt(Self.what) }
        record = next
        return true
    }

    /// Where the function starts, as an offset in the code.
    mutating func entry() throws(GoBinaryError) -> UInt32 { try row(0) }

    /// Where the next one starts.
    mutating func end() throws(GoBinaryError) -> UInt32 { try row(8) }

    /// A field of the record.
    @inline(__always)
    mutating func load<T: StoredInteger>(_ type: T.Type, _ field: UInt64) throws(GoBinaryError) -> T {
        try Self.load(type, at: rows + UInt64(record) + field, &recordWindow, source)
    }

    /// Offset of a piece of the function's data, or nil if it has none of that kind.
    mutating func data(_ kind: FunctionRecord.DataKind) throws(GoBinaryError) -> UInt32? {
        guard try load(UInt8.self, layout.size - 1) > kind.rawValue else { return nil }
        let tables = UInt64(try load(UInt32.self, layout.valueTableCount))
        let field = layout.size + (tables + UInt64(kind.rawValue)) * 4
        guard UInt64(record) + field + 4 <= size else { throw .corrupt(Self.what) }
        let offset = try load(UInt32.self, field)
        return offset == .max ? nil : offset
    }

    @inline(__always)
    private mutating func row(_ field: UInt64) throws(GoBinaryError) -> UInt32 {
        try Self.load(UInt32.self, at: rows + index * 8 + field, &rowWindow, source)
    }

    /// Most of what is asked for is in the window, and then the source is left alone.
    @inline(__always)
    private static func load<T: StoredInteger>(
        _ type: T.Type, at offset: UInt64, _ window: inout Window, _ source: any ByteSource
    ) throws(GoBinaryError) -> T {
        if let position = window.position(of: offset, length: MemoryLayout<T>.size) {
            return window.load(type, at: position)
        }
        return try window.load(type, at: offset, from: source, what)
    }
}
