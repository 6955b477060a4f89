/// A service of Tests/Fixtures/chain, and the releases of Go and of gRPC that it is built with: as far apart as they can be
/// had.
package enum ChainService: String, CaseIterable, Sendable {
    case http2, stream, unary, front, load

    /// The static executable.
    package func build() throws -> String {
        let (go, suite) =
            switch self {
            case .unary: ("1.19", "bookworm")
            case .stream: ("1.24.11", "trixie")
            case .http2: ("1.26.6", "sid")
            case .front, .load: ("1.27.3", "sid")
            }
        return try GoToolchain(version: go).build("chain", mode: .stripped, gopath: suite)
    }
}
