import Testing

/// How a Go program is linked. All modes are without cgo, so with Go's own linker.
package enum LinkMode: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// A static executable with symbols and DWARF.
    case plain
    /// `-ldflags "-s -w"`: no symbol table, no DWARF.
    case stripped
    /// `-buildmode=pie`, with symbols.
    case pie
    case strippedPIE

    package var testDescription: String { rawValue }

    var buildArguments: [String] {
        switch self {
        case .plain: []
        case .stripped: ["-ldflags=-s -w"]
        case .pie: ["-buildmode=pie"]
        case .strippedPIE: ["-buildmode=pie", "-ldflags=-s -w"]
        }
    }
}
