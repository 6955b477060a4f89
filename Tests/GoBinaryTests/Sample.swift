import GoBinary
import SystemPackage
import TestSupport
import Testing

/// A real HTTP server, built by one Go release in one way.
struct Sample: Sendable, CustomTestStringConvertible {
    let toolchain: GoToolchain
    let mode: LinkMode
    /// The header says that there are no sections.
    var isWithoutSections = false

    static let fixture = "httpserver"

    static let built = GoToolchain.all.flatMap { toolchain in
        LinkMode.allCases.map { Sample(toolchain: toolchain, mode: $0) }
    }
    static let all =
        built
        + GoToolchain.all.flatMap { toolchain in
            [LinkMode.stripped, .strippedPIE].map { Sample(toolchain: toolchain, mode: $0, isWithoutSections: true) }
        }

    var testDescription: String {
        "Go \(toolchain.version) \(mode.rawValue)\(isWithoutSections ? " without sections" : "")"
    }

    func path() throws -> String {
        try toolchain.build(Self.fixture, mode: mode)
    }

    func read() throws -> GoBinary {
        let path = try path()
        guard isWithoutSections else { return try GoBinary.read(from: FileByteSource(path: FilePath(path))) }
        return try GoBinary.read(from: MemoryByteSource(withoutSections(try readFile(path))))
    }
}

/// Clears `e_shoff`, `e_shnum` and `e_shstrndx`.
func withoutSections(_ file: [UInt8]) -> [UInt8] {
    var file = file
    for position in Array(40..<48) + Array(60..<64) { file[position] = 0 }
    return file
}
