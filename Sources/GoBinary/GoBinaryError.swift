private import SystemPackage

/// Why a file can't be analysed. That a function or type isn't in it is an outcome (`nil`), not an error.
package enum GoBinaryError: Error, Equatable {
    /// The file doesn't start like an ELF file: a script, text, an empty file.
    case notELF
    /// An ELF file of a kind that isn't read, for example `32-bit`, `big-endian`, `riscv`, `core file`.
    case unsupported(String)
    /// A Go program whose tables can't be read, as garble leaves them.
    case obfuscated
    /// An ELF executable without Go's build information and function table.
    case notGo
    /// The file ends before what is named.
    case truncated(String)
    /// What is named contradicts the format.
    case corrupt(String)
    /// What is named is larger than this analyser is willing to read.
    case tooLarge(String)
    /// A Go release older than the ones supported.
    case unsupportedGo(String)
    case io(ByteSourceError)
}

extension GoBinaryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notELF: "not an ELF file"
        case .unsupported(let kind): "unsupported kind of ELF file: \(kind); programs for amd64 and arm64 are read"
        case .obfuscated:
            "a Go program without a readable function table (pclntab), perhaps obfuscated (garble): nothing in it can be found"
        case .notGo: "not a Go program: neither build information nor a function table (pclntab) in it"
        case .truncated(let what): "truncated file: it ends before its \(what)"
        case .corrupt(let what): "corrupt file: \(what)"
        case .tooLarge(let what): "file too large to analyse: \(what)"
        case .unsupportedGo(let version): "built with \(version); Go 1.19 or later is needed"
        case .io(let error): error.description
        }
    }
}

extension ByteSourceError {
    package var description: String {
        "\(operation) \(path): \(Errno(rawValue: errno)) (errno \(errno))"
    }
}
