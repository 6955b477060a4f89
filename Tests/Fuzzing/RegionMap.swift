/// Finds the parts of an executable that an analysis depends on, by rules of its own: a mistake of the analyser's must not
/// keep a part from being changed. Offsets are those of elf(5) and of `runtime.pcHeader` and `moduledata`.
struct RegionMap {
    /// File ranges, none of them empty.
    private(set) var regions: [Range<Int>] = []
    private let bytes: [UInt8]
    private var segments: [(address: UInt64, offset: UInt64, size: UInt64)] = []

    /// `Elf64_Phdr`, `Elf64_Shdr`.
    private static let (programHeader, sectionHeader) = (56, 64)
    /// Bytes of what a pointer leads to that count as its target.
    private static let targetSize = 4096

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        addHeaders()
        addFunctionTable()
        addBuildInfo()
    }

    /// Takes in `count` bytes at a file offset, as many of them as there are.
    mutating func add(_ offset: UInt64?, _ count: Int) {
        guard let offset, offset < bytes.count, count > 0 else { return }
        regions.append(Int(offset)..<min(Int(offset) + count, bytes.count))
    }

    /// Takes in what the pointer at a file offset leads to.
    mutating func addTarget(ofPointerAt offset: UInt64?, _ count: Int = targetSize) {
        guard let offset, Int(offset) + 8 <= bytes.count else { return }
        add(fileOffset(of: word(Int(offset))), count)
    }

    func fileOffset(of address: UInt64) -> UInt64? {
        let segment = segments.first { $0.address <= address && address - $0.address < $0.size }
        return segment.map { address - $0.address + $0.offset }
    }

    private func word(_ offset: Int) -> UInt64 {
        guard offset >= 0, offset + 8 <= bytes.count else { return 0 }
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    }

    private func half(_ offset: Int) -> Int { Int(word(offset) & 0xffff) }

    private mutating func addHeaders() {
        add(0, 64)
        let headers = Int(word(32))
        add(UInt64(headers), half(56) * Self.programHeader)
        add(word(40), half(60) * Self.sectionHeader)
        for header in stride(from: headers, to: headers + half(56) * Self.programHeader, by: Self.programHeader) {
            switch word(header) & 0xffff_ffff {
            case 1: segments.append((word(header + 16), word(header + 8), word(header + 32)))
            case 2: add(word(header + 8), Int(word(header + 32)))
            default: break
            }
        }
        // DT_RELA and DT_RELR.
        guard let dynamic = regions.last, dynamic.count % 16 == 0 else { return }
        for entry in stride(from: dynamic.lowerBound, to: dynamic.upperBound, by: 16)
        where [7, 36].contains(word(entry)) {
            add(fileOffset(of: word(entry + 8)), Self.targetSize * 16)
        }
    }

    private mutating func addFunctionTable() {
        let magics: Set<UInt64> = [0x0801_0000_ffff_fff0, 0x0801_0000_ffff_fff1]
        for header in stride(from: 0, to: bytes.count - 72, by: 8) where magics.contains(word(header)) {
            let parts = stride(from: header + 32, through: header + 64, by: 8).map { UInt64(header) + word($0) }
            guard parts.allSatisfy({ $0 < bytes.count }), parts == parts.sorted() else { continue }
            add(UInt64(header), 72)
            for (start, end) in zip(parts, parts.dropFirst()) { add(start, Int(end - start)) }
            let (count, records) = (Int(word(header + 8)), parts[4])
            add(records, count * 8)
            add(records + UInt64(count) * 8, count * 64)
            addModuleData(referringTo: UInt64(header))
        }
    }

    private mutating func addModuleData(referringTo header: UInt64) {
        guard let segment = segments.first(where: { $0.offset <= header && header - $0.offset < $0.size }) else {
            return
        }
        let address = header - segment.offset + segment.address
        for module in stride(from: 0, to: bytes.count - 600, by: 8) where word(module) == address {
            add(UInt64(module), 600)
            for field in stride(from: module, to: module + 600, by: 8) { addTarget(ofPointerAt: UInt64(field)) }
        }
    }

    private mutating func addBuildInfo() {
        let magic = [UInt8]([0xff]) + Array(" Go buildinf:".utf8)
        for position in stride(from: 0, to: bytes.count - 32, by: 16) where bytes[position...].starts(with: magic) {
            add(UInt64(position), 256)
        }
    }
}
