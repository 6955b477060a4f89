/// A Go executable: what it was built from, its functions, and the layouts of its types, all read from the metadata
/// that the Go runtime itself needs, so that stripping a program hides nothing.
package struct GoBinary: Sendable {
    package enum Architecture: String, Sendable {
        case amd64
    }

    package enum BuildMode: String, Sendable {
        case exe
        case pie
        case cShared = "c-shared"
    }

    package var buildInfo: BuildInfo
    package var architecture: Architecture
    package var buildMode: BuildMode
    /// There is no symbol table. Nothing here needs one.
    package var isStripped: Bool

    /// Recognises a Go executable and finds its tables. Throws `notELF`, `unsupported`, `notGo` and `unsupportedGo` for
    /// files that are none.
    package static func read(from source: some ByteSource) throws(GoBinaryError) -> GoBinary {
        throw .notGo
    }

    package func function(named name: String) throws(GoBinaryError) -> Function? { nil }
    package func functions(named names: Set<String>) throws(GoBinaryError) -> [String: Function] { [:] }
    package func functions(withPrefix prefix: String) throws(GoBinaryError) -> [Function] { [] }
    package func functionContaining(_ address: UInt64) throws(GoBinaryError) -> Function? { nil }
    package func code(of function: Function, limit: Int = 256 << 10) throws(GoBinaryError) -> [UInt8] { [] }
    package func structLayout(package: String, name: String) throws(GoBinaryError) -> StructLayout? { nil }
    package func structLayout(at typeAddress: UInt64) throws(GoBinaryError) -> StructLayout? { nil }
    package func mapLayout(package: String, name: String) throws(GoBinaryError) -> MapLayout? { nil }
    package func fileOffset(of address: UInt64) -> UInt64? { nil }
}
