/// What the dynamic linker is told: `Elf64_Dyn` entries, tags in elf.h.
struct DynamicSection: Sendable {
    /// Image-relative address of the `DT_RELA` table and its size in bytes.
    private(set) var rela: UInt64 = 0
    private(set) var relaSize: UInt64 = 0
    /// `DF_1_PIE`: a position-independent program, not a library.
    private(set) var isProgram = false

    private static let limit: UInt64 = 1024

    init(_ segment: Segment?, in file: CachedFile) throws(GoBinaryError) {
        guard let segment else { return }
        for index in 0..<min(segment.fileSize / 16, Self.limit) {
            let entry = segment.fileOffset + index * 16
            let tag = try file.load(UInt64.self, at: entry, "ELF dynamic section")
            let value = try file.load(UInt64.self, at: entry + 8, "ELF dynamic section")
            switch tag {
            case 0: return
            case 7: rela = value
            case 8: relaSize = value
            case 0x6fff_fffb: isProgram = value & 0x0800_0000 != 0
            default: break
            }
        }
    }
}
