import Testing

/// How a Go program is linked.
package enum LinkMode: String, Sendable, CustomTestStringConvertible {
    /// A static executable with symbols and DWARF.
    case plain
    /// `-ldflags "-s -w"`: no symbol table, no DWARF.
    case stripped
    /// `-buildmode=pie`, with symbols.
    case pie
    case strippedPIE
    /// A position-independent executable with cgo that gcc has linked, stripped: no section is named for Go's tables.
    case gccPIE
    /// `stripped`, and the ELF header says that there are no sections.
    case sectionless
    /// `strippedPIE`, and the ELF header says that there are no sections.
    case sectionlessPIE
    /// Like `gccPIE`, with LLVM's linker: where the loader will write pointers the file has zeros.
    case lldPIE
    /// Like `lldPIE`, with the relocations packed as `DT_RELR`: the pointers are in place.
    case relrPIE
    /// A library with a C interface, stripped.
    case cShared

    package static let allCases: [LinkMode] = [
        .plain, .stripped, .pie, .strippedPIE, .gccPIE, .sectionless, .sectionlessPIE,
    ]
    /// Those for what hardly depends on the linker, beyond `allCases`.
    package static let otherLinkers: [LinkMode] = [.lldPIE, .relrPIE, .cShared]

    package var testDescription: String { rawValue }

    package var isPIE: Bool { [.pie, .strippedPIE, .gccPIE, .sectionlessPIE, .lldPIE, .relrPIE].contains(self) }
    package var isStripped: Bool { self != .plain && self != .pie }
    /// Linked through gcc, with the C library. All others are linked by Go's own linker.
    package var hasCgo: Bool { [.gccPIE, .lldPIE, .relrPIE, .cShared].contains(self) }

    /// The mode of the executable that this one is made of by `withoutSections`, or nil when it comes from the linker.
    var sectioned: LinkMode? {
        switch self {
        case .sectionless: .stripped
        case .sectionlessPIE: .strippedPIE
        default: nil
        }
    }

    var buildArguments: [String] {
        var arguments: [String] = []
        if isPIE { arguments.append("-buildmode=pie") }
        if self == .cShared { arguments.append("-buildmode=c-shared") }
        if isStripped { arguments.append("-ldflags=-s -w\(hasCgo ? " -linkmode=external" : "")\(linker)") }
        return arguments
    }

    private var linker: String {
        switch self {
        case .lldPIE: " -extldflags=-fuse-ld=lld"
        case .relrPIE: " '-extldflags=-fuse-ld=lld -Wl,--pack-dyn-relocs=relr'"
        default: ""
        }
    }
}

/// Clears `e_shoff`, `e_shnum` and `e_shstrndx` of a 64-bit ELF file, as sstrip(1) does.
package func withoutSections(_ file: [UInt8]) -> [UInt8] {
    var file = file
    for position in Array(40..<48) + Array(60..<64) { file[position] = 0 }
    return file
}
