import TestSupport
import Testing

/// A Go release and a way to link.
struct Build: Sendable, CustomTestStringConvertible {
    var go: GoToolchain
    var mode: LinkMode

    var testDescription: String { "Go \(go.version) \(mode.rawValue)" }

    /// Every release as it links unless told otherwise, and every other way to link on two releases, which take turns.
    static let all =
        GoToolchain.all.map { Build(go: $0, mode: .plain) }
        + LinkMode.allCases.filter { $0 != .plain }.enumerated().flatMap { number, mode in
            [number, number + GoToolchain.all.count / 2].map {
                Build(go: GoToolchain.all[$0 % GoToolchain.all.count], mode: mode)
            }
        }
}
