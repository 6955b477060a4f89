/// A named part of the file. A hint where to look, never a necessity.
struct Section: Sendable {
    /// `SHT_SYMTAB`.
    static let symbolTable: UInt32 = 2
    /// `SHT_NOBITS`: takes no room in the file.
    static let noBits: UInt32 = 8
    private static let headerSize: UInt16 = 64
    private static let limit: UInt16 = 1024

    let name: String
    let type: UInt32
    /// Image-relative; 0 if the section isn't loaded.
    let address: UInt64
    let size: UInt64

    static func all(in file: CachedFile) throws(GoBinaryError) -> [Section] {
        let what = "ELF section headers"
        let table = try file.load(UInt64.self, at: 40, what)
        let entrySize = try file.load(UInt16.self, at: 58, what)
        let count = try file.load(UInt16.self, at: 60, what)
        let nameTable = try file.load(UInt16.self, at: 62, what)
        guard table != 0, count > 0 else { return [] }
        guard entrySize == headerSize, count <= limit, nameTable < count else { throw .corrupt(what) }
        let bytes = UInt64(count) * UInt64(headerSize)
        guard table <= file.source.size, bytes <= file.source.size - table else { throw .truncated(what) }
        let names = try file.load(
            UInt64.self, at: table + UInt64(nameTable) * UInt64(headerSize) + 24, what)
        var sections: [Section] = []
        for header in stride(from: table, to: table + bytes, by: Int(headerSize)) {
            let name = try names.plus(UInt64(try file.load(UInt32.self, at: header, what)), what)
            sections.append(
                Section(
                    name: try Self.name(at: name, in: file),
                    type: try file.load(UInt32.self, at: header + 4, what),
                    address: try file.load(UInt64.self, at: header + 16, what),
                    size: try file.load(UInt64.self, at: header + 32, what)))
        }
        return sections
    }

    /// At most 64 bytes: longer names are none that matter here.
    private static func name(at offset: UInt64, in file: CachedFile) throws(GoBinaryError) -> String {
        var bytes: [UInt8] = []
        for position in 0..<UInt64(64) {
            let byte = try file.load(
                UInt8.self, at: try offset.plus(position, "ELF section names"), "ELF section names")
            if byte == 0 { break }
            bytes.append(byte)
        }
        return String(programText: bytes)
    }
}
