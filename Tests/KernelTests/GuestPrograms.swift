import TestSupport

/// The programs that Tests/Fixtures/guest/lab runs.
enum GuestPrograms {
    /// Releases of Go, and of Debian for gRPC, that Tests/Fixtures/digest is built with.
    static let senders = Array(
        zip(GoToolchain.all.filter { [19, 24, 27].contains($0.minor) }, ["bookworm", "trixie", "sid"]))

    /// Puts them into a folder, as they lie in the guest.
    static func install(in root: String) throws {
        func add(_ source: String, as path: String) throws {
            try writeFile("\(root)/\(path)", readFile(source), permissions: 0o755)
        }
        try createFolder("\(root)/chain")
        try add(GoToolchain.newest.build("httpserver", mode: .stripped), as: "server")
        try createFolder("\(root)/digest")
        for (go, suite) in senders {
            try add(go.build("digest", mode: .stripped, gopath: suite), as: "digest/\(suite)")
        }
        for service in ChainService.allCases { try add(service.build(), as: "chain/\(service)") }
    }
}
