/// What is inlined into one function: `FUNCDATA_InlTree`, and the table that says which entry of it each instruction
/// belongs to (`runtime/symtabinl.go`).
struct InlineTree {
    let function: Function
    private let values: PCValues
    private let entries: [Entry]

    struct Entry {
        /// Offset of the name of the function that is inlined.
        let name: UInt32
        /// An instruction before the body that belongs to the line of the call, as an offset from the start.
        let callSite: UInt32?
        /// The entry that makes the call, an earlier one, or nil where the function itself makes it.
        let parent: Int?
    }

    /// Entries; the largest functions have a few thousand.
    private static let limit: Int32 = 1 << 16
    /// Calls inlined into one another; real ones are at most 30 deep.
    private static let depthLimit = 256
    /// Looking at something that has been read is one step, reading it this many.
    static let readSteps = 8

    /// Nil if nothing is inlined into the function.
    /// - Parameter steps: what may still be done; what is done is taken off.
    init?(_ record: FunctionRecord, in table: FunctionTable, steps: inout Int) throws(GoBinaryError) {
        let what = "inline tree"
        guard let data = try record.data(.inlineTree), let offset = try record.inlineTable() else { return nil }
        let function = try table.function(record)
        guard let size = UInt32(exactly: function.size) else { throw .corrupt(what) }
        let values = try PCValues(at: offset, size: size, in: table, steps: &steps)
        // An entry comes behind the one that makes the call, and each has instructions, or else one inlined into it has.
        let last = values.runs.reduce(-1) { max($0, $1.value) }
        guard last >= 0 else { return nil }
        guard last < Self.limit else { throw .tooLarge(what) }
        steps -= (Int(last) + 1) * 2 * Self.readSteps
        guard steps >= 0 else { throw .tooLarge(what) }
        let layout = table.header.record.inlinedCall
        guard table.image.segment(holding: data, count: (UInt64(last) + 1) * layout.size) != nil else {
            throw .corrupt(what)
        }
        var entries: [Entry] = []
        for index in 0...UInt64(last) {
            let entry = data + index * layout.size
            let callSite = try table.image.load(UInt32.self, at: entry + layout.parent, what)
            let parent = values.value(at: callSite).flatMap { $0 >= 0 && $0 < index ? Int($0) : nil }
            entries.append(
                Entry(
                    name: try table.image.load(UInt32.self, at: entry + layout.name, what),
                    callSite: callSite < size ? callSite : nil, parent: parent))
        }
        self.function = function
        self.values = values
        self.entries = entries
    }

    var count: Int { entries.count }

    /// What looking for the instructions of an entry takes.
    var steps: Int { entries.count + values.runs.count }

    /// Offset of the name of what an entry inlines.
    func name(of index: Int) -> UInt32 { entries[index].name }

    func callSite(of index: Int) -> UInt64? {
        entries[index].callSite.map { function.address + UInt64($0) }
    }

    /// Offsets of the names of the functions that lead to an entry, outermost first.
    func path(to index: Int) -> [UInt32] {
        Array(ancestors(of: index).map { entries[$0].name }.reversed())
    }

    /// The instructions of an entry and of those inlined into it.
    func addresses(of index: Int) -> [Range<UInt64>] {
        var isInside = [Bool](repeating: false, count: entries.count)
        for position in entries.indices {
            isInside[position] = position == index || entries[position].parent.map { isInside[$0] } ?? false
        }
        var ranges: [Range<UInt64>] = []
        for (position, run) in values.runs.enumerated() where run.value >= 0 && isInside[Int(run.value)] {
            let start = function.address + UInt64(run.start)
            let end = function.address + UInt64(values.end(of: position))
            if let last = ranges.last, last.upperBound == start {
                ranges[ranges.count - 1] = last.lowerBound..<end
            } else {
                ranges.append(start..<end)
            }
        }
        return ranges
    }

    /// Innermost first.
    private func ancestors(of index: Int) -> [Int] {
        var ancestors: [Int] = []
        var next = entries[index].parent
        while let parent = next, ancestors.count < Self.depthLimit {
            ancestors.append(parent)
            next = entries[parent].parent
        }
        return ancestors
    }
}
