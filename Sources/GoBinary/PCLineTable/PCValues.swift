/// A table of one number for each instruction of a function, as `runtime.pcvalue` (`runtime/symtab.go`) reads it: pairs
/// of varints, the change of the value and how many of the smallest instructions have it.
struct PCValues {
    /// Offsets from the function's start, in order and without gaps, each up to the next one's; the last one up to `end`.
    private(set) var runs: [Run] = []
    /// One past the last offset that has a value.
    private(set) var end: UInt32 = 0

    /// Runs; the largest functions have some ten thousand.
    private static let limit = 1 << 20

    struct Run {
        let start: UInt32
        let value: Int32
    }

    /// - Parameter steps: what may still be done; what is done is taken off.
    init(
        at offset: UInt64, size: UInt32, in table: FunctionTable, steps: inout Int
    ) throws(GoBinaryError) {
        let what = "values by program counter"
        let (values, image) = (table.header.values, table.image)
        let length = values.upperBound - values.lowerBound
        guard offset < length,
            let start = image.fileOffset(of: table.header.address + values.lowerBound, count: length)
        else { throw .corrupt(what) }
        let quantum = UInt32(image.elf.architecture.minimumInstructionSize)
        var reader = VarintReader(position: start + offset, end: start + length, source: image.file.source)
        var value: Int32 = -1
        while end < size {
            let change = try reader.next()
            guard change != 0 || runs.isEmpty else { break }
            value &+= Int32(bitPattern: change >> 1) ^ -Int32(bitPattern: change & 1)
            let (advance, overflow) = try reader.next().multipliedReportingOverflow(by: quantum)
            guard !overflow, advance <= size - end else { throw .corrupt(what) }
            steps -= InlineTree.readSteps
            guard steps >= 0, runs.count < Self.limit else { throw .tooLarge(what) }
            if advance > 0 { runs.append(Run(start: end, value: value)) }
            end += advance
        }
    }

    /// Nil behind the last one.
    func value(at offset: UInt32) -> Int32? {
        guard offset < end else { return nil }
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].start <= offset { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? runs[low - 1].value : nil
    }

    /// Where the run at a position ends.
    func end(of index: Int) -> UInt32 {
        index + 1 < runs.count ? runs[index + 1].start : end
    }
}

/// `runtime.readvarint`.
private struct VarintReader {
    private(set) var position: UInt64
    let end: UInt64
    private let source: any ByteSource
    private var window = Window(capacity: 512)

    init(position: UInt64, end: UInt64, source: any ByteSource) {
        self.position = position
        self.end = end
        self.source = source
    }

    mutating func next() throws(GoBinaryError) -> UInt32 {
        let what = "values by program counter"
        var value: UInt32 = 0
        for shift in stride(from: UInt32(0), through: 28, by: 7) {
            guard position < end else { throw .corrupt(what) }
            let byte = try window.load(UInt8.self, at: position, from: source, what)
            position += 1
            value |= UInt32(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw .corrupt(what)
    }
}
