import Glibc

/// Overlay mounts of one lower folder, as containers of one image have. Unmounted when dropped.
package struct OverlayMounts: ~Copyable {
    private let folder: TemporaryFolder
    private let count: Int
    /// The file as each mount shows it.
    package let paths: [String]

    /// Puts one file into the lower folder.
    package init(of file: String, count: Int = 2) throws {
        let folder = try TemporaryFolder()
        try createFolder("\(folder.path)/lower")
        try writeFile("\(folder.path)/lower/program", readFile(file), permissions: 0o755)
        for number in 0..<count {
            let mount = "\(folder.path)/\(number)"
            for name in [mount, "\(mount).upper", "\(mount).work"] { try createFolder(name) }
            let options = "lowerdir=\(folder.path)/lower,upperdir=\(mount).upper,workdir=\(mount).work"
            let mounted = try Command.run(["/usr/bin/mount", "-t", "overlay", "overlay", "-o", options, mount])
            guard mounted.code == 0 else {
                try? Self.unmount(count, in: folder.path)
                throw NotMounted(reason: mounted.errors)
            }
        }
        paths = (0..<count).map { "\(folder.path)/\($0)/program" }
        self.folder = folder
        self.count = count
    }

    deinit {
        try? Self.unmount(count, in: folder.path)
    }

    /// Gives one mount a copy of its own, as a change to the file's mode does.
    package func copyUp(_ number: Int) throws {
        guard chmod(paths[number], 0o755) == 0 else { throw SystemCallFailure("chmod", paths[number]) }
    }

    /// Takes one mount away, as the deletion of its container does: not while anything keeps it busy.
    package func unmount(_ number: Int) throws -> Command {
        try Command.run(["/usr/bin/umount", "\(folder.path)/\(number)"])
    }

    /// Also while programs run from there.
    private static func unmount(_ count: Int, in folder: String) throws {
        for number in 0..<count { _ = try Command.run(["/usr/bin/umount", "--lazy", "\(folder)/\(number)"]) }
    }

    /// Why there can't be any on this machine, or nil.
    package static let obstacle: String? = {
        guard geteuid() == 0 else { return "needs root" }
        do {
            _ = try OverlayMounts(of: "/bin/true")
            return nil
        } catch {
            return "needs overlay mounts in /tmp: \(error)"
        }
    }()
}

package struct NotMounted: Error {
    package var reason: String
}
