import GoBinary
import SystemPackage
import TestSupport
import Testing

/// A real HTTP server, built by one Go release in one way.
struct Sample: Sendable, CustomTestStringConvertible {
    let toolchain: GoToolchain
    var mode: LinkMode
    var architecture = GoBinary.Architecture.amd64

    static let fixture = "httpserver"

    static let all =
        GoToolchain.all.flatMap { toolchain in
            LinkMode.allCases.map { Sample(toolchain: toolchain, mode: $0) }
        } + arm64
    /// One release of each layout of module data.
    static let arm64 = GoToolchain.some.filter { $0.minor != 22 }.flatMap { toolchain in
        [LinkMode.plain, .stripped, .pie, .strippedPIE].map {
            Sample(toolchain: toolchain, mode: $0, architecture: .arm64)
        }
    }
    static let otherLinkers = GoToolchain.some.flatMap { toolchain in
        LinkMode.otherLinkers.map { Sample(toolchain: toolchain, mode: $0) }
    }
    /// Those that Go's own tools can tell about.
    static let withSymbols = all.filter { !$0.mode.isStripped }

    var testDescription: String { "Go \(toolchain.version) \(mode.rawValue) \(architecture.rawValue)" }

    func path() throws -> String {
        try toolchain.build(Self.fixture, mode: mode, architecture: architecture.rawValue)
    }

    func read() throws -> GoBinary {
        try GoBinary.read(from: FileByteSource(path: FilePath(try path())))
    }
}
