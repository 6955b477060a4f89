/// The relative relocations of a position-independent program: words that hold a pointer once it is loaded. Some
/// linkers write that pointer's image-relative value to the file as well, others leave the word zero.
struct Relocations: Sendable {
    static let none = Relocations()

    /// Address in the upper and value in the lower half, in order of address.
    private var packed: [UInt64] = []

    private static let entrySize = 24
    private static let limit = 2 << 20

    private init() {}

    init(_ elf: ELF, _ source: any ByteSource) throws(GoBinaryError) {
        let what = "relocations"
        let dynamic = elf.dynamic
        guard dynamic.relaSize > 0 else { return }
        let count = dynamic.relaSize / UInt64(Self.entrySize)
        guard count <= Self.limit else { throw .tooLarge("\(count) relocations") }
        guard let segment = elf.segments.first(where: { $0.contains(dynamic.rela, count: dynamic.relaSize) }) else {
            throw .corrupt("relocations that are not in the file")
        }
        let start = dynamic.rela - segment.address + segment.fileOffset
        guard start <= source.size, dynamic.relaSize <= source.size - start else { throw .truncated(what) }
        packed.reserveCapacity(Int(count))
        let relative = elf.architecture.relativeRelocation
        var window = Window(capacity: Self.entrySize << 12)
        var isSorted = true
        for index in 0..<count {
            let entry = start + index * UInt64(Self.entrySize)
            guard try window.load(UInt64.self, at: entry + 8, from: source, what) == relative else { continue }
            let address = try window.load(UInt64.self, at: entry, from: source, what)
            let value = try window.load(UInt64.self, at: entry + 16, from: source, what)
            // Others have negative values, or images that large: no pointers that Go's linker writes.
            guard address <= UInt32.max, value <= UInt32.max else { continue }
            let word = address << 32 | value
            isSorted = isSorted && packed.last ?? 0 <= word
            packed.append(word)
        }
        if !isSorted { packed.sort() }
    }

    /// What the word at `address` is relocated to, or nil if it isn't.
    func addend(at address: UInt64) -> UInt64? {
        guard !packed.isEmpty, address <= UInt32.max else { return nil }
        var (low, high) = (0, packed.count)
        while low < high {
            let middle = (low + high) / 2
            if packed[middle] >> 32 < address { low = middle + 1 } else { high = middle }
        }
        guard low < packed.count, packed[low] >> 32 == address else { return nil }
        return packed[low] & UInt64(UInt32.max)
    }

    /// The first few words that are relocated to `value`.
    func addresses(of value: UInt64) -> [UInt64] {
        packed.lazy.filter { $0 & UInt64(UInt32.max) == value }.prefix(64).map { $0 >> 32 }
    }
}
