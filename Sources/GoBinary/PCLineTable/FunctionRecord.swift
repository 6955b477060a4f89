/// What the function table has about one function, `runtime._func`.
struct FunctionRecord {
    /// Offsets in the code of its start and of the next function's.
    let entry: UInt32
    let end: UInt32
    private let table: FunctionTable
    /// Image-relative.
    private let address: UInt64

    /// `FUNCDATA_` numbers of `internal/abi/symtab.go`, the same in all releases.
    enum DataKind: UInt8 {
        case inlineTree = 3
        case arguments = 5
    }

    /// `PCDATA_InlTreeIndex`.
    private static let inlineTable: UInt32 = 2

    /// - Parameter index: below the number of functions.
    init(_ index: UInt64, in table: FunctionTable) throws(GoBinaryError) {
        self.table = table
        let what = "table of functions"
        entry = try table.image.load(UInt32.self, at: table.start + index * 8, what)
        end = try table.image.load(UInt32.self, at: table.start + index * 8 + 8, what)
        let offset = UInt64(try table.image.load(UInt32.self, at: table.start + index * 8 + 4, what))
        let records = table.module.functionRecords
        guard offset + table.header.record.size <= records.upperBound - records.lowerBound else { throw .corrupt(what) }
        address = table.start + offset
    }

    /// Offset of its name in the names.
    func name() throws(GoBinaryError) -> UInt32 {
        try load(4)
    }

    /// It is neither assembly (`FuncFlagAsm`) nor a wrapper nor another function that the runtime tells from normal ones
    /// (`FuncIDNormal`).
    func isOrdinary() throws(GoBinaryError) -> Bool {
        let identity = try load(table.header.record.functionID)
        return identity & 0xff == 0 && identity >> 8 & 4 == 0
    }

    /// Image-relative address of a piece of its data, or nil if it has none of that kind.
    func data(_ kind: DataKind) throws(GoBinaryError) -> UInt64? {
        let layout = table.header.record
        let count = try table.image.load(UInt8.self, at: address + layout.size - 1, "record of a function")
        guard count > kind.rawValue else { return nil }
        let tables = UInt64(try load(layout.valueTableCount))
        let offset = try load(layout.size + (tables + UInt64(kind.rawValue)) * 4)
        return offset == .max ? nil : try table.module.functionData.plus(UInt64(offset), "data of a function")
    }

    /// Offset of the table that says which inlined call each instruction belongs to, or nil if it has none.
    func inlineTable() throws(GoBinaryError) -> UInt64? {
        let layout = table.header.record
        guard try load(layout.valueTableCount) > Self.inlineTable else { return nil }
        let offset = try load(layout.size + UInt64(Self.inlineTable) * 4)
        return offset == 0 ? nil : UInt64(offset)
    }

    private func load(_ field: UInt64) throws(GoBinaryError) -> UInt32 {
        try table.image.load(UInt32.self, at: address + field, "record of a function")
    }
}
