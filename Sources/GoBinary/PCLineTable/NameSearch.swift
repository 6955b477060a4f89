private import Glibc

/// Goes once through the names of all functions, 256 KB at a time, and makes no string of a name that isn't wanted.
struct NameSearch {
    /// Where in the names those are that were found, and which they are.
    private(set) var found: [UInt32: String] = [:]
    /// Whether an offset whose low bits are the index may have been found.
    private var filter = [Bool](repeating: false, count: 1 << 14)

    /// Bytes of the names found, which are kept; those of the largest programs have 10 MB altogether.
    private static let sizeLimit = 16 << 20

    /// - Parameter limit: of names found; a program that has more of them isn't real.
    init(
        _ table: FunctionTable, limit: Int, _ isWanted: (UnsafeRawBufferPointer) -> Bool
    ) throws(GoBinaryError) {
        let what = "names of functions"
        let names = table.header.names
        let length = names.upperBound - names.lowerBound
        guard let start = table.image.fileOffset(of: table.header.address + names.lowerBound, count: length) else {
            throw .corrupt(what)
        }
        var window = Window(capacity: 256 << 10)
        var done: UInt64 = 0
        var size = 0
        while done < length {
            try window.fill(from: table.image.file.source, at: start + done)
            let count = min(window.count, Int(length - done))
            var matches: [(offset: UInt32, name: String)] = []
            var passed = 0
            let complete = window.withBytes { bytes in
                var position = 0
                while position < count, let base = bytes.baseAddress,
                    let zero = memchr(base + position, 0, count - position)
                {
                    let end = base.distance(to: UnsafeRawPointer(zero))
                    let name = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
                    if name.count < FunctionTable.nameLimit, isWanted(name) {
                        matches.append((UInt32(done) + UInt32(position), String(programText: name)))
                    }
                    position = end + 1
                    passed += 1
                }
                return position
            }
            try table.image.file.source.budget.spend(passed * AnalysisBudget.nameCost)
            for (offset, name) in matches {
                found[offset] = name
                size += name.utf8.count
                try table.image.file.source.budget.spend(name.utf8.count * AnalysisBudget.textCost)
                filter[Int(offset) & (filter.count - 1)] = true
            }
            guard found.count <= limit, size <= Self.sizeLimit else { throw .tooLarge(what) }
            // Padding may follow the last name.
            guard complete > 0 else {
                if done + UInt64(count) >= length { return }
                throw window.count < count || window.count == 0 ? .truncated(what) : .corrupt(what)
            }
            done += UInt64(complete)
        }
    }

    /// The name found at an offset, if any.
    @inline(__always)
    func name(at offset: UInt32) -> String? {
        filter[Int(offset) & (filter.count - 1)] ? found[offset] : nil
    }
}
