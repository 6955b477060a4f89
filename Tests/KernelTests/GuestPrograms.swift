import TestSupport

/// The programs that Tests/Fixtures/guest/lab runs.
enum GuestPrograms {
    /// Puts them into a folder, as they lie in the guest.
    static func install(in root: String) throws {
        func add(_ source: String, as path: String) throws {
            try writeFile("\(root)/\(path)", readFile(source), permissions: 0o755)
        }
        try createFolder("\(root)/chain")
        try add(GoToolchain.newest.build("httpserver", mode: .stripped), as: "server")
        for service in ChainService.allCases { try add(service.build(), as: "chain/\(service)") }
    }
}
