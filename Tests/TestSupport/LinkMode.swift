import Testing

/// How a Go program is linked.
package enum LinkMode: String, CaseIterable, Sendable, CustomTestStringConvertible {
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

    package var testDescription: String { rawValue }

    package var isPIE: Bool { [.pie, .strippedPIE, .gccPIE, .sectionlessPIE].contains(self) }
    package var isStripped: Bool { self != .plain && self != .pie }
    /// Linked by gcc, with the C library. All others are linked by Go's own linker.
    package var hasCgo: Bool { self == .gccPIE }

    /// The mode of the executable that this one is made of by `withoutSections`, or nil when it comes from the linker.
    var sectioned: LinkMode? {
        switch self {
        case .sectionless: .stripped
        case .sectionlessPIE: .strippedPIE
        default: nil
        }
    }

    var buildArguments: [String] {
        (isPIE ? ["-buildmode=pie"] : [])
            + (isStripped ? ["-ldflags=-s -w\(hasCgo ? " -linkmode=external" : "")"] : [])
    }
}

/// Clears `e_shoff`, `e_shnum` and `e_shstrndx` of a 64-bit ELF file, as sstrip(1) does.
package func withoutSections(_ file: [UInt8]) -> [UInt8] {
    var file = file
    for position in Array(40..<48) + Array(60..<64) { file[position] = 0 }
    return file
}
