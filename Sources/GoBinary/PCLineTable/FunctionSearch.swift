private import Glibc

/// Goes once through the names of all functions and once through all functions, both 256 KB at a time, and makes no
/// string of a name that isn't wanted.
struct FunctionSearch {
    let table: FunctionTable
    /// Where wanted names are in the names, and which they are.
    private var wanted: [UInt32: String] = [:]
    /// Whether an offset whose low bits are the index may be wanted.
    private var filter = [Bool](repeating: false, count: 1 << 14)

    /// Matches; a program that has more of them isn't real.
    private static let matchLimit = 1 << 20
    /// Matches for names that are given in full, of which each has a few.
    private static let fullMatchLimit = 4 << 10

    init(_ table: FunctionTable) {
        self.table = table
    }

    /// A function found, and what tells it from others of its name.
    struct Match {
        let function: Function
        /// `internal/abi.FuncID`: 0 for normal functions, the highest one for wrappers.
        let functionID: UInt8
    }

    /// Finds the functions whose names have one of the lengths given, or any, and satisfy `isWanted`.
    mutating func matches(
        lengths: Set<Int>? = nil, _ isWanted: (UnsafeRawBufferPointer) -> Bool
    ) throws(GoBinaryError) -> [Match] {
        let limit = lengths == nil ? Self.matchLimit : Self.fullMatchLimit
        try findNames(lengths, limit, isWanted)
        return wanted.isEmpty ? [] : try findFunctions(limit)
    }

    private mutating func findNames(
        _ lengths: Set<Int>?, _ limit: Int, _ isWanted: (UnsafeRawBufferPointer) -> Bool
    ) throws(GoBinaryError) {
        let what = "names of functions"
        let names = table.header.names
        let length = names.upperBound - names.lowerBound
        guard let start = table.image.fileOffset(of: table.header.address + names.lowerBound, count: length) else {
            throw .corrupt(what)
        }
        var hasLength = [Bool](repeating: lengths == nil, count: FunctionTable.nameLimit)
        for length in lengths ?? [] where length < hasLength.count { hasLength[length] = true }
        var window = Window(capacity: 256 << 10)
        var done: UInt64 = 0
        while done < length {
            try window.fill(from: table.image.file.source, at: start + done)
            let count = min(window.count, Int(length - done))
            var found: [(offset: UInt32, name: String)] = []
            let complete = window.withBytes { bytes in
                var position = 0
                while position < count, let base = bytes.baseAddress,
                    let zero = memchr(base + position, 0, count - position)
                {
                    let end = base.distance(to: UnsafeRawPointer(zero))
                    if end - position < hasLength.count, hasLength[end - position] {
                        let name = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
                        if isWanted(name) {
                            found.append((UInt32(done) + UInt32(position), String(decoding: name, as: UTF8.self)))
                        }
                    }
                    position = end + 1
                }
                return position
            }
            for (offset, name) in found {
                wanted[offset] = name
                filter[Int(offset) & (filter.count - 1)] = true
            }
            guard wanted.count <= limit else { throw .tooLarge(what) }
            // Padding may follow the last name.
            guard complete > 0 else {
                if done + UInt64(count) >= length { return }
                throw window.count < count || window.count == 0 ? .truncated(what) : .corrupt(what)
            }
            done += UInt64(complete)
        }
    }

    private func findFunctions(_ limit: Int) throws(GoBinaryError) -> [Match] {
        let what = "table of functions"
        let (header, source) = (table.header, table.image.file.source)
        let records = table.module.functionRecords
        let recordsSize = records.upperBound - records.lowerBound
        let rowsSize = header.functionCount * 8 + 4
        guard let rows = table.image.fileOffset(of: table.start, count: max(rowsSize, recordsSize)) else {
            throw .corrupt(what)
        }
        var rowWindow = Window(capacity: 256 << 10)
        var recordWindow = Window(capacity: 256 << 10)
        var matches: [Match] = []
        var previous: UInt32 = 0
        for index in 0..<header.functionCount {
            let row = rows + index * 8
            let record = try rowWindow.load(UInt32.self, at: row + 4, from: source, what)
            // Records are in order, so going through them reads each part of the file once.
            guard record > previous, UInt64(record) + header.record.size <= recordsSize else { throw .corrupt(what) }
            previous = record
            let name = try recordWindow.load(UInt32.self, at: rows + UInt64(record) + 4, from: source, what)
            guard filter[Int(name) & (filter.count - 1)], let name = wanted[name] else { continue }
            guard matches.count < limit else { throw .tooLarge("functions of the same names") }
            let entry = try rowWindow.load(UInt32.self, at: row, from: source, what)
            let next = try rowWindow.load(UInt32.self, at: row + 8, from: source, what)
            let functionID = try recordWindow.load(
                UInt8.self, at: rows + UInt64(record) + header.record.functionID, from: source, what)
            matches.append(
                Match(function: try table.function(named: name, entry: entry, next: next), functionID: functionID))
        }
        return matches
    }
}
