/// Finds where functions are inlined, in three passes: over all names, for where the wanted ones are; over all functions,
/// for where their inline trees are; over the data that has these trees, for what looks like an entry with a wanted name.
/// Only the trees in which such an entry seems to be are then read.
struct InlineSearch {
    let table: FunctionTable

    /// Names found, and words that equal one of their offsets.
    private static let nameLimit = 4 << 10
    private static let hitLimit = 1 << 16
    /// Looks at a part of a tree or of its table; what is kept of them counts for more. A step takes a few nanoseconds.
    private static let stepLimit = 32 << 20
    private static let keptSteps = 64
    /// Bytes of the last tree that are looked at, and of all trees.
    private static let lastTreeLimit: UInt64 = 1 << 20
    private static let regionLimit: UInt64 = 128 << 20

    /// The calls by the full name of the function inlined. A name that no function inlines, but that the program has the
    /// name of, has none.
    func calls(_ isWanted: (UnsafeRawBufferPointer) -> Bool) throws(GoBinaryError) -> [String: [InlinedCall]] {
        let names = try NameSearch(table, limit: Self.nameLimit, isWanted)
        var calls = Dictionary(
            names.found.values.map { ($0, [InlinedCall]()) }, uniquingKeysWith: { first, _ in first })
        guard !names.found.isEmpty else { return calls }
        let trees = try trees()
        let hits = try hits(of: names, in: trees)
        var spelling = Spelling(table: table)
        var steps = Self.stepLimit
        var current: (owner: Tree, tree: InlineTree?)?
        for (hit, owner) in zip(hits, owners(of: hits, among: trees)) {
            guard let owner, (hit.entry - owner.start) % entrySize == 0 else { continue }
            if current?.owner.index != owner.index {
                let record = try FunctionRecord(UInt64(owner.index), in: table)
                current = (owner, try InlineTree(record, in: table, steps: &steps))
            }
            let index = Int((hit.entry - owner.start) / entrySize)
            guard let tree = current?.tree, index < tree.count else { continue }
            let path = try tree.path(to: index).map { (offset) throws(GoBinaryError) in
                try spelling.name(at: offset, steps: &steps)
            }
            let addresses = tree.addresses(of: index)
            steps -= tree.steps + (path.count + addresses.count) * Self.keptSteps
            guard steps >= 0 else { throw .tooLarge("inlined calls") }
            try table.image.file.source.budget.spend(tree.steps &+ path.count &+ addresses.count)
            calls[hit.name, default: []].append(
                InlinedCall(
                    callee: hit.name, caller: tree.function, path: path, addresses: addresses,
                    callSite: tree.callSite(of: index)))
        }
        return calls
    }

    /// The names of what is inlined into a function, each once, in order of their first call.
    func names(inlinedInto record: FunctionRecord) throws(GoBinaryError) -> [String] {
        var steps = Self.stepLimit
        guard let tree = try InlineTree(record, in: table, steps: &steps) else { return [] }
        var spelling = Spelling(table: table)
        var seen: Set<UInt32> = []
        var names: [String] = []
        for offset in (0..<tree.count).map(tree.name) where seen.insert(offset).inserted {
            names.append(try spelling.name(at: offset, steps: &steps))
        }
        return names
    }

    private var entrySize: UInt32 { UInt32(table.header.record.inlinedCall.size) }

    /// The inline tree of one function.
    private struct Tree {
        /// Offset in the functions' data.
        let start: UInt32
        /// The function's position in the table.
        let index: UInt32
    }

    /// What may be an entry of a tree.
    private struct Hit {
        /// Offset in the functions' data.
        let entry: UInt32
        let name: String
    }

    private func trees() throws(GoBinaryError) -> [Tree] {
        var trees: [Tree] = []
        var walk = try FunctionWalk(table)
        while try walk.next() {
            guard let start = try walk.data(.inlineTree) else { continue }
            trees.append(Tree(start: start, index: UInt32(walk.index)))
        }
        return trees
    }

    /// In order of their offsets. Trees start at multiples of four (`cmd/link/internal/ld.genInlTreeSym`).
    private func hits(of names: NameSearch, in trees: [Tree]) throws(GoBinaryError) -> [Hit] {
        let what = "inline trees"
        guard let first = trees.lazy.map(\.start).min(), let last = trees.lazy.map(\.start).max() else { return [] }
        let base = table.module.functionData
        let start = try base.plus(UInt64(first), what)
        guard let segment = table.image.segment(holding: try base.plus(UInt64(last), what)), segment.contains(start)
        else { throw .corrupt(what) }
        let length = min(UInt64(last - first) + Self.lastTreeLimit, segment.end - start)
        guard length <= Self.regionLimit else { throw .tooLarge(what) }
        let offset = segment.fileOffset + (start - segment.address)
        let nameField = UInt32(table.header.record.inlinedCall.name)
        var window = Window(capacity: 256 << 10)
        var hits: [Hit] = []
        for done in stride(from: 0, to: length, by: 256 << 10) {
            try window.fill(from: table.image.file.source, at: offset + done)
            window.withBytes { bytes in
                let count = min(bytes.count, Int(length - done))
                for position in stride(from: 0, through: count - 4, by: 4) {
                    let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)
                    guard let name = names.name(at: word),
                        let field = UInt32(exactly: UInt64(first) + done + UInt64(position)), field >= nameField
                    else { continue }
                    hits.append(Hit(entry: field - nameField, name: name))
                }
            }
            guard hits.count <= Self.hitLimit else { throw .tooLarge("inlined calls") }
        }
        return hits
    }

    /// For each hit the tree that starts last before it.
    private func owners(of hits: [Hit], among trees: [Tree]) -> [Tree?] {
        var owners = [Tree?](repeating: nil, count: hits.count)
        for tree in trees {
            var (low, high) = (0, hits.count)
            while low < high {
                let middle = (low + high) / 2
                if hits[middle].entry < tree.start { low = middle + 1 } else { high = middle }
            }
            guard low < hits.count, owners[low].map({ $0.start < tree.start }) ?? true else { continue }
            owners[low] = tree
        }
        for position in owners.indices.dropFirst() {
            guard let before = owners[position - 1] else { continue }
            guard owners[position].map({ $0.start < before.start }) ?? true else { continue }
            owners[position] = before
        }
        return owners
    }
}

/// Reads each name once.
private struct Spelling {
    let table: FunctionTable
    private var known: [UInt32: String] = [:]

    init(table: FunctionTable) {
        self.table = table
    }

    mutating func name(at offset: UInt32, steps: inout Int) throws(GoBinaryError) -> String {
        if let name = known[offset] { return name }
        let name = try table.name(at: offset)
        steps -= name.utf8.count
        guard steps >= 0 else { throw .tooLarge("names of inlined functions") }
        known[offset] = name
        return name
    }
}
