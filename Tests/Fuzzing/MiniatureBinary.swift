/// A Go program of 4 KB that does nothing: every table that an analysis needs, with the smallest contents, so that the
/// whole file can be made hostile. Laid out as Go 1.20 to 1.25 do.
package struct MiniatureBinary {
    package var bytes = [UInt8](repeating: 0, count: 4096)

    /// Where the file is loaded.
    private static let base: UInt64 = 0x40_0000

    /// File offsets of its parts.
    package static let buildInfo = 256
    package static let functionTable = 512
    package static let moduleData = 1280
    package static let types = 2048
    package static let typeLinks = 3072
    package static let code = 3584
    /// The program header of everything but the code.
    package static let dataHeader = 120

    private static let functionNames = [
        "net/http.(*conn).hijacked", "net/http.serverHandler.ServeHTTP", "net/http.(*conn).serve",
    ]
    /// `push %rbp`, `call` of the first function, `call` of the second, `ret`: as far as the function is long.
    private static let functionSize = 32

    package init() {
        addHeaders()
        addBuildInfo()
        addFunctionTable()
        addModuleData()
        addTypes()
        addCode()
    }

    package mutating func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
        withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
    }

    private mutating func put(_ text: String, at offset: Int) {
        bytes.replaceSubrange(offset..<offset + text.utf8.count, with: Array(text.utf8))
    }

    private static func address(_ offset: Int) -> UInt64 { base + UInt64(offset) }

    /// Where a file offset is loaded.
    package func address(_ offset: Int) -> UInt64 { Self.address(offset) }

    package func word(_ offset: Int) -> UInt64 {
        bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
    }

    /// Makes the file larger; what is added is data.
    package mutating func grow(to size: Int) {
        bytes += [UInt8](repeating: 0, count: size - bytes.count)
        put(UInt64(size), at: Self.dataHeader + 32)
    }

    /// Two segments: the code, and everything else as data.
    private mutating func addHeaders() {
        put(UInt64(0x0001_0102_464c_457f), at: 0)
        put(UInt32(62 << 16 | 2), at: 16)
        put(UInt64(64), at: 32)
        put(UInt32(2 << 16 | 56), at: 54)
        for (header, flags, part) in [(64, UInt32(5), Self.code..<4096), (Self.dataHeader, UInt32(6), 0..<Self.code)] {
            put(UInt32(1), at: header)
            put(flags, at: header + 4)
            put(UInt64(part.lowerBound), at: header + 8)
            put(Self.address(part.lowerBound), at: header + 16)
            put(UInt64(part.count), at: header + 32)
        }
    }

    private mutating func addBuildInfo() {
        bytes[Self.buildInfo] = 0xff
        put(" Go buildinf:", at: Self.buildInfo + 1)
        bytes[Self.buildInfo + 14] = 8
        bytes[Self.buildInfo + 15] = 2
        bytes[Self.buildInfo + 32] = 8
        put("go1.25.5", at: Self.buildInfo + 33)
    }

    /// The header, the names, and the rows and records of the functions.
    private mutating func addFunctionTable() {
        let (names, rows, count) = (96, 288, Self.functionNames.count)
        put(UInt64(0x0801_0000_ffff_fff1), at: Self.functionTable)
        put(UInt64(count), at: Self.functionTable + 8)
        for (field, offset) in [(32, names), (40, rows - 8), (48, rows - 8), (56, rows - 8), (64, rows)] {
            put(UInt64(offset), at: Self.functionTable + field)
        }
        var name = 0
        for (index, text) in Self.functionNames.enumerated() {
            let (row, record) = (Self.functionTable + rows + index * 8, count * 8 + 8 + index * 44)
            put(text, at: Self.functionTable + names + name)
            put(UInt32(index * Self.functionSize), at: row)
            put(UInt32(record), at: row + 4)
            put(UInt32(index * Self.functionSize), at: Self.functionTable + rows + record)
            put(UInt32(name), at: Self.functionTable + rows + record + 4)
            name += text.utf8.count + 1
        }
        put(UInt32(count * Self.functionSize), at: Self.functionTable + rows + count * 8)
    }

    private mutating func addModuleData() {
        let table = Self.address(Self.functionTable)
        let fields: [(Int, UInt64)] = [
            (0, table), (8, table + 96), (32, table + 280), (104, table + 288), (112, 256), (120, 256),
            (128, table + 288), (136, UInt64(Self.functionNames.count + 1)),
            (160, Self.address(Self.code)), (168, Self.address(4096)), (176, Self.address(Self.code)),
            (184, Self.address(4096)), (296, Self.address(Self.types)), (304, Self.address(Self.typeLinks)),
            (312, Self.address(Self.types)), (320, Self.address(Self.types)),
            (328, Self.address(Self.moduleData)), (336, 1), (344, 1),
            (352, Self.address(Self.typeLinks)), (360, 1), (368, 1), (376, Self.address(Self.typeLinks)),
        ]
        for (field, value) in fields { put(value, at: Self.moduleData + field) }
    }

    /// `*http.Request` and `http.Request`, a struct with one field of type `string`.
    private mutating func addTypes() {
        let (pointer, structure, string, field, names) = (64, 128, 256, 320, 512)
        var name = names
        func place(_ offset: Int) -> Int { Self.types + offset }
        func add(_ text: String) -> Int {
            defer { name += text.utf8.count + 2 }
            bytes[place(name)] = 1
            bytes[place(name) + 1] = UInt8(text.utf8.count)
            put(text, at: place(name) + 2)
            return name
        }
        func add(_ type: Int, kind: UInt8, flags: UInt8, size: UInt64, name: Int) {
            put(size, at: place(type))
            bytes[place(type) + 20] = flags
            bytes[place(type) + 23] = kind
            put(UInt32(name), at: place(type) + 40)
        }
        let request = add("*http.Request")
        add(pointer, kind: 22, flags: 0, size: 8, name: request)
        put(Self.address(place(structure)), at: place(pointer) + 48)
        add(structure, kind: 25, flags: 7, size: 16, name: request)
        put(Self.address(place(field)), at: place(structure) + 56)
        put(UInt64(1), at: place(structure) + 64)
        put(UInt32(add("net/http")), at: place(structure) + 80)
        add(string, kind: 24, flags: 4, size: 16, name: add("string"))
        put(Self.address(place(add("Method"))), at: place(field))
        put(Self.address(place(string)), at: place(field) + 8)
        put(UInt32(pointer), at: Self.typeLinks)
    }

    private mutating func addCode() {
        for index in Self.functionNames.indices {
            let start = Self.code + index * Self.functionSize
            bytes.replaceSubrange(
                start..<start + Self.functionSize, with: [UInt8](repeating: 0x90, count: Self.functionSize))
            bytes[start] = 0x55
            for (callee, position) in [(1, start + 4), (0, start + 12)] {
                bytes[position] = 0xe8
                put(Int32(Self.code + callee * Self.functionSize - (position + 5)), at: position + 1)
            }
            bytes[start + Self.functionSize - 1] = 0xc3
        }
    }
}
