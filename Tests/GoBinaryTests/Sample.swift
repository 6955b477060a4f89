import GoBinary
import SystemPackage
import TestSupport
import Testing

/// A real HTTP server, built by one Go release in one way.
struct Sample: Sendable, CustomTestStringConvertible {
    let toolchain: GoToolchain
    let mode: LinkMode

    static let fixture = "httpserver"

    static let all = GoToolchain.all.flatMap { toolchain in
        LinkMode.allCases.map { Sample(toolchain: toolchain, mode: $0) }
    }
    /// Those that Go's own tools can tell about.
    static let withSymbols = all.filter { !$0.mode.isStripped }

    var testDescription: String { "Go \(toolchain.version) \(mode.rawValue)" }

    func path() throws -> String {
        try toolchain.build(Self.fixture, mode: mode)
    }

    func read() throws -> GoBinary {
        try GoBinary.read(from: FileByteSource(path: FilePath(try path())))
    }
}
