private import Synchronization

/// Which interface and type each of a program's itabs is for. Made once, when it is first needed.
final class ItabIndex: Sendable {
    /// All are image-relative addresses: of the itab, and of type descriptors.
    struct Entry: Sendable {
        let itab: UInt64
        let interface: UInt64
        let type: UInt64
    }

    /// A failure is kept as well, so that a damaged program costs one attempt.
    private let made = Mutex<Result<[Entry], GoBinaryError>?>(nil)

    /// Itabs that are looked at; 5,493 have been seen.
    private static let limit: UInt64 = 128 << 10

    func entries(_ types: TypeTable) throws(GoBinaryError) -> [Entry] {
        if let result = made.withLock({ $0 }) { return try result.get() }
        let result = Result { () throws(GoBinaryError) in
            switch types.itabs {
            case .links(let start, let count): try Self.linked(start, count, types.image)
            case .contiguous(let range): try Self.contiguous(range, types)
            }
        }
        made.withLock { $0 = result }
        return try result.get()
    }

    private static func entry(_ itab: UInt64, _ image: Image) throws(GoBinaryError) -> Entry {
        Entry(
            itab: itab, interface: try image.pointer(at: itab, "itab"),
            type: try image.pointer(at: try itab.plus(8, "itab"), "itab"))
    }

    private static func linked(_ start: UInt64, _ count: UInt64, _ image: Image) throws(GoBinaryError) -> [Entry] {
        guard count <= limit else { throw .tooLarge("\(count) itabs") }
        var entries: [Entry] = []
        for index in 0..<count {
            let itab = try image.pointer(at: try start.plus(index * 8, "itabs"), "itabs")
            entries.append(try entry(itab, image))
        }
        return entries
    }

    /// From one itab to the next, `Size` of `internal/abi/iface.go` says how far it is (Go 1.27).
    private static func contiguous(_ range: Range<UInt64>, _ types: TypeTable) throws(GoBinaryError) -> [Entry] {
        guard range.upperBound - range.lowerBound <= limit * 32 else { throw .tooLarge("itabs") }
        var entries: [Entry] = []
        // By interface.
        var slots: [UInt64: UInt64] = [:]
        var address = range.lowerBound
        while address < range.upperBound {
            let entry = try entry(address, types.image)
            entries.append(entry)
            if try types.image.pointer(at: address + 24, "itab") == 0 {
                address += 32
                continue
            }
            if slots[entry.interface] == nil { slots[entry.interface] = try types.slotCount(of: entry.interface) }
            address += 24 + 8 * (slots[entry.interface] ?? 1)
        }
        return entries
    }
}
