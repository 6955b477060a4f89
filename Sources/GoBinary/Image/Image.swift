/// The executable as the program sees it when it starts, by image-relative address.
struct Image: Sendable {
    let file: CachedFile
    let elf: ELF
    private let relocations: Relocations

    init(_ source: any ByteSource, _ budget: AnalysisBudget = AnalysisBudget()) throws(GoBinaryError) {
        file = CachedFile(MeteredSource(source, budget))
        elf = try ELF(file)
        relocations = elf.type == .shared ? try Relocations(elf, file.source) : .none
    }

    /// The segment that backs all the bytes from the file.
    func segment(holding address: UInt64, count: UInt64 = 1) -> Segment? {
        elf.segments.first { $0.contains(address, count: count) }
    }

    func fileOffset(of address: UInt64, count: UInt64 = 1) -> UInt64? {
        segment(holding: address, count: count).map { address - $0.address + $0.fileOffset }
    }

    /// A little-endian integer as it is in the file.
    func load<T: StoredInteger>(
        _ type: T.Type, at address: UInt64, _ what: @autoclosure () -> String
    ) throws(GoBinaryError) -> T {
        guard let offset = fileOffset(of: address, count: UInt64(MemoryLayout<T>.size)) else {
            throw .corrupt("\(what()) at address 0x\(String(address, radix: 16)), which is not in the file")
        }
        return try file.load(type, at: offset, what())
    }

    /// A pointer, relocated. The addend of a `DT_RELR` relocation is in place already.
    func pointer(at address: UInt64, _ what: @autoclosure () -> String) throws(GoBinaryError) -> UInt64 {
        let inPlace = try load(UInt64.self, at: address, what())
        return relocations.addend(at: address) ?? inPlace
    }

    /// `count` bytes, a number for which the caller has a bound.
    func bytes(at address: UInt64, count: Int, _ what: @autoclosure () -> String) throws(GoBinaryError) -> [UInt8] {
        guard let offset = fileOffset(of: address, count: UInt64(count)) else {
            throw .corrupt("\(what()) at address 0x\(String(address, radix: 16)), which is not in the file")
        }
        return try file.bytes(at: offset, count: count, what())
    }

    /// Addresses of the words that are relocated to `value`.
    func relocated(to value: UInt64) -> [UInt64] {
        relocations.addresses(of: value)
    }
}
