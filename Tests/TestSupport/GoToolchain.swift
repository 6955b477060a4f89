import Glibc
import Testing

/// A Go release that fixtures are built with.
package struct GoToolchain: Sendable, CustomTestStringConvertible {
    /// As in "1.27.3".
    package let version: String

    /// Debian 12's own Go, and the newest patch that can be had of every release since, but for 1.20.
    package static let all = ["1.19", "1.21.13", "1.22.10", "1.23.9", "1.24.11", "1.25.5", "1.26.6", "1.27.3"]
        .map(GoToolchain.init)
    /// Those for what takes time and hardly depends on the release: both ends, and one for each way in which releases
    /// between them differ.
    package static let some = all.filter { [19, 22, 24, 26, 27].contains($0.minor) }
    package static let oldest = all[0]
    package static let newest = all[all.count - 1]

    package var testDescription: String { "Go \(version)" }

    /// The second number of the version: 27 of 1.27.3.
    package var minor: Int { Int(version.split(separator: ".")[1]) ?? 0 }

    /// Path of the `go` command.
    package var command: String {
        version == "1.19" ? "/usr/lib/go-1.19/bin/go" : "\(CacheFolder.path)/go/\(version)/go/bin/go"
    }

    /// Builds the program in Tests/Fixtures/`fixture`, or finds it built from the same sources, and returns its path.
    /// Several threads and processes may ask at once.
    ///
    /// - Parameters:
    ///   - gopath: the Debian release whose Go sources are the fixture's libraries, if it has any. They come with the build
    ///     tag `gopath`.
    ///   - architecture: `GOARCH`. Other than for `amd64`, only Go's own linker is at hand.
    ///   - profile: what the compiler is told to be hot, from Go 1.21 on.
    package func build(
        _ fixture: String, mode: LinkMode, gopath: String? = nil, architecture: String = "amd64",
        profile: CallProfile? = nil
    ) throws -> String {
        guard access(command, X_OK) == 0 else { throw MissingToolchain(version: version, command: command) }
        let sources = "\(Self.fixtures)/\(fixture)"
        let folder = "\(CacheFolder.path)/fixtures/\(try Self.hash(of: sources))"
        let target = architecture == "amd64" ? mode.rawValue : "\(mode.rawValue)-\(architecture)"
        let variant = profile.map { "pgo\(String(Self.hash($0.bytes), radix: 16))" }
        let binary = ["\(folder)/\(fixture)-\(version)-\(target)", gopath, variant].compactMap(\.self).joined(
            separator: "-")
        try createFolder(folder)
        let lock = open("\(binary).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else { throw SystemCallFailure("flock", "\(binary).lock") }
        defer { close(lock) }
        if access(binary, X_OK) == 0 { return binary }

        if let sectioned = mode.sectioned {
            let whole = try build(fixture, mode: sectioned, gopath: gopath, architecture: architecture)
            let bytes = withoutSections(try readFile(whole))
            try writeFile("\(binary).new", bytes, permissions: 0o755)
        } else {
            var arguments = mode.buildArguments
            if let profile {
                try writeFile("\(binary).pprof", profile.bytes)
                arguments.append("-pgo=\(binary).pprof")
            }
            try compile(
                sources, arguments, hasCgo: mode.hasCgo, gopath: gopath, architecture: architecture, to: "\(binary).new"
            )
        }
        guard rename("\(binary).new", binary) == 0 else { throw SystemCallFailure("rename", binary) }
        return binary
    }

    private func compile(
        _ sources: String, _ arguments: [String], hasCgo: Bool, gopath: String?, architecture: String, to path: String
    ) throws {
        var environment = [
            "CGO_ENABLED": hasCgo ? "1" : "0", "GOARCH": architecture, "GOCACHE": "\(CacheFolder.path)/gocache",
            "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOWORK": "off",
        ]
        if let gopath {
            environment["GO111MODULE"] = "off"
            environment["GOFLAGS"] = "-tags=gopath"
            environment["GOPATH"] = "\(CacheFolder.path)/debian/\(gopath)/gocode"
        } else {
            environment["GOFLAGS"] = "-mod=mod"
        }
        let made = try Command.run(
            ["/usr/bin/env", "-C", sources, command, "build", "-buildvcs=false"] + arguments + [
                "-o", path, ".",
            ], environment: environment)
        guard made.code == 0 else { throw BuildFailure(sources: sources, version: version, errors: made.errors) }
    }

    private static let fixtures = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures"

    /// FNV-1a, 64 bits, of the names and contents of the files in a folder, in hexadecimal.
    private static func hash(of folder: String) throws(SystemCallFailure) -> String {
        var bytes: [UInt8] = []
        for name in try fileNames(in: folder) { bytes += Array(name.utf8) + [0] + (try readFile("\(folder)/\(name)")) }
        return String(hash(bytes), radix: 16)
    }

    /// FNV-1a, 64 bits.
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
    }
}

/// A Go release that isn't on this machine.
package struct MissingToolchain: Error, CustomStringConvertible {
    package let version: String
    package let command: String

    package var description: String { "Go \(version) is not at \(command): run `make setup-tests`" }
}

/// A fixture that didn't compile.
package struct BuildFailure: Error, CustomStringConvertible {
    package let sources: String
    package let version: String
    package let errors: String

    package var description: String { "\(sources) with Go \(version): \(errors)" }
}
