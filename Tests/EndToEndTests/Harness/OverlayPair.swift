import Glibc
import TestSupport

/// Two overlay mounts of one lower folder, as two containers of one image have. Unmounted when dropped.
struct OverlayPair: ~Copyable {
    private let folder: TemporaryFolder
    /// The file as each mount shows it.
    let paths: [String]

    /// Puts one file into the lower folder.
    init(of file: String) throws {
        let folder = try TemporaryFolder()
        for name in ["lower", "0", "0.upper", "0.work", "1", "1.upper", "1.work"] {
            try createFolder("\(folder.path)/\(name)")
        }
        try writeFile("\(folder.path)/lower/program", readFile(file), permissions: 0o755)
        for name in 0...1 {
            let mount = "\(folder.path)/\(name)"
            let options = "lowerdir=\(folder.path)/lower,upperdir=\(mount).upper,workdir=\(mount).work"
            let mounted = try Command.run(["/usr/bin/mount", "-t", "overlay", "overlay", "-o", options, mount])
            guard mounted.code == 0 else {
                try? Self.unmount(in: folder.path)
                throw NotMounted(reason: mounted.errors)
            }
        }
        paths = (0...1).map { "\(folder.path)/\($0)/program" }
        self.folder = folder
    }

    deinit {
        try? Self.unmount(in: folder.path)
    }

    /// Also while programs run from there.
    private static func unmount(in folder: String) throws {
        for name in 0...1 { _ = try Command.run(["/usr/bin/umount", "--lazy", "\(folder)/\(name)"]) }
    }

    /// Why there can't be one on this machine, or nil.
    static let obstacle: String? = {
        guard geteuid() == 0 else { return "needs root" }
        do {
            _ = try OverlayPair(of: "/bin/true")
            return nil
        } catch {
            return "needs overlay mounts in /tmp: \(error)"
        }
    }()
}

struct NotMounted: Error {
    var reason: String
}
