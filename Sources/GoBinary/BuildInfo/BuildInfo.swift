/// What `go version -m` prints: how the program was built (`runtime/debug.BuildInfo`).
package struct BuildInfo: Sendable, Equatable {
    /// For example `go1.27.3` or `go1.24.4 X:nosynchashtriemap`. Empty if the program doesn't carry it.
    package var goVersion: String
    /// The import path of the main package. Empty for programs built without module information.
    package var mainPath: String
    /// The main module first, then its dependencies; a replaced module appears as its replacement.
    package var modules: [Module]
    /// For example `-buildmode`, `-ldflags`, `GOARCH`, `vcs.revision`.
    package var settings: [String: String]

    package struct Module: Sendable, Equatable {
        package var path: String
        /// For example `v1.83.1` or `(devel)`.
        package var version: String
    }

    /// The `27` of `go1.27.3`, if the version can be read.
    package var goMinorVersion: Int? { nil }
}
