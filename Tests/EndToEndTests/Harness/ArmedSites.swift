import TestSupport

/// What a running nodespan has recorded as armed.
struct ArmedSites: Equatable {
    /// Executables.
    let files: Int
    /// Places in them.
    let sites: Int

    init(of pid: Int32) throws {
        let folder = "/run/nodespan/armed"
        guard let name = try fileNames(in: folder).first(where: { $0.contains(".\(pid).") && !$0.hasSuffix(".new") })
        else {
            (files, sites) = (0, 0)
            return
        }
        let lines = String(decoding: try readFile("\(folder)/\(name)"), as: UTF8.self).split(separator: "\n")
        files = lines.count { $0.hasPrefix("file ") }
        sites = lines.count { $0.hasPrefix("site ") }
    }
}
