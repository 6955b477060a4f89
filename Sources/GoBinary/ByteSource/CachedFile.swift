private import Synchronization

/// Random access to an executable through at most 64 windows of 16 KB.
final class CachedFile: Sendable {
    let source: MeteredSource
    private static let windowSize = 16 << 10
    private let windows = Mutex<[Window?]>([Window?](repeating: nil, count: 64))

    init(_ source: MeteredSource) {
        self.source = source
    }

    /// A little-endian integer.
    func load<T: StoredInteger>(
        _ type: T.Type, at offset: UInt64, _ what: @autoclosure () -> String
    ) throws(GoBinaryError) -> T {
        try source.budget.spend(AnalysisBudget.lookupCost)
        let length = MemoryLayout<T>.size
        let cached: T? = try windows.withLock { (windows) throws(GoBinaryError) in
            let slot = try Self.window(holding: offset, in: &windows, from: source)
            guard let window = windows[slot], let position = window.position(of: offset, length: length) else {
                return nil
            }
            return window.load(type, at: position)
        }
        if let cached { return cached }
        var straddling = Window(capacity: length)
        return try straddling.load(type, at: offset, from: source, what())
    }

    /// `count` bytes, a number for which the caller has a bound.
    func bytes(at offset: UInt64, count: Int, _ what: @autoclosure () -> String) throws(GoBinaryError) -> [UInt8] {
        try source.budget.spend(AnalysisBudget.lookupCost &+ count)
        let cached: [UInt8]? = try windows.withLock { (windows) throws(GoBinaryError) in
            guard count <= Self.windowSize else { return nil }
            let slot = try Self.window(holding: offset, in: &windows, from: source)
            guard let window = windows[slot], let position = window.position(of: offset, length: count) else {
                return nil
            }
            return window.withBytes { Array($0[position..<position + count]) }
        }
        if let cached { return cached }
        guard let (end, overflow) = Optional(offset.addingReportingOverflow(UInt64(count))), !overflow,
            end <= source.size
        else { throw .truncated(what()) }
        var direct = Window(capacity: count)
        try direct.fill(from: source, at: offset)
        guard direct.count == count else { throw .truncated(what()) }
        return direct.withBytes { Array($0) }
    }

    private static func window(
        holding offset: UInt64, in windows: inout [Window?], from source: MeteredSource
    ) throws(GoBinaryError) -> Int {
        let start = offset & ~UInt64(windowSize - 1)
        let slot = Int((start / UInt64(windowSize)) % UInt64(windows.count))
        if let window = windows[slot], window.start == start { return slot }
        var window = windows[slot] ?? Window(capacity: windowSize)
        windows[slot] = nil
        try window.fill(from: source, at: start)
        windows[slot] = window
        return slot
    }
}
