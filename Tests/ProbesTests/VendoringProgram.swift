import Glibc
import GoBinary
import SystemPackage
import TestSupport
import Testing

/// A fixture with all its libraries in a vendor folder of its own, as Go had it before there were modules and as Debian's
/// packages still do: their import paths, and so the names of their functions and types, have `prefix` in
/// front. Built by modules with `-mod=vendor`, they wouldn't.
struct VendoringProgram {
    static let prefix = "example.org/vendoring/vendor/"

    let binary: GoBinary

    init(_ go: GoToolchain, suite: String, fixture: String = "routers") throws {
        let folder = try TemporaryFolder()
        let program = "\(folder.path)/src/example.org/vendoring"
        try createFolder(program)
        let sources = Self.fixtures + fixture
        for file in try fileNames(in: sources) where file.hasSuffix(".go") {
            try writeFile("\(program)/\(file)", try readFile("\(sources)/\(file)"))
        }
        guard symlink("\(CacheFolder.path)/debian/\(suite)/gocode/src", "\(program)/vendor") == 0 else {
            throw SystemCallFailure("symlink", "\(program)/vendor")
        }
        let path = "\(folder.path)/\(fixture)"
        // With -trimpath, Go's build cache has the libraries whatever the folder is called.
        let made = try Command.run(
            [
                go.command, "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", path,
                "example.org/vendoring",
            ],
            environment: [
                "CGO_ENABLED": "0", "GO111MODULE": "off", "GOCACHE": "\(CacheFolder.path)/gocache",
                "GOFLAGS": "-tags=gopath",
                "GOPATH": folder.path, "GOTOOLCHAIN": "local", "PATH": "/usr/bin:/bin",
            ])
        try #require(made.code == 0, "\(made.errors)")
        binary = try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
    }

    private static let fixtures =
        #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures/"
}
