import TestSupport

/// The programs that Tests/Fixtures/guest/lab runs.
enum GuestPrograms {
    /// Releases of Go, and of Debian for its libraries, that Tests/Fixtures/digest and otelservice are built with.
    static let senders = Array(
        zip(GoToolchain.all.filter { [19, 24, 27].contains($0.minor) }, ["bookworm", "trixie", "sid"]))

    /// Puts them into a folder, as they lie in the guest; of some only what belongs to some releases of Debian.
    static func install(in root: String, of releases: [String]) throws {
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
        try add("\(Guest.tree)/Tests/Fixtures/guest/programs", as: "programs")
        try createFolder("\(root)/otel")
        for (go, release) in senders where releases.contains(release) {
            try add(go.build("otelservice", mode: .stripped, gopath: release), as: "otel/\(release)")
        }
        for release in releases {
            try createFolder("\(root)/debian/\(release)")
            for file in DebianPair.allCases.flatMap(\.files) {
                let path = "\(CacheFolder.path)/debian/\(release)/\(file.package)/usr/bin/\(file.name)"
                try add(path, as: "debian/\(release)/\(file.name)")
            }
        }
    }
}
