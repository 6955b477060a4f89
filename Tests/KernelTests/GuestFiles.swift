import Glibc
import TestSupport

/// The file system of a guest: a static busybox, nodespan with its libraries, the fixture server, and
/// Tests/Fixtures/guest/init, as the kernel takes it: a cpio archive.
struct GuestFiles {
    static let emulator = "/usr/bin/qemu-system-x86_64"
    static let busybox = "/bin/busybox"
    private static let fixtures = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures"

    let archive: String

    /// Makes it in a folder.
    init(in folder: String) throws {
        let root = "\(folder)/root"
        func add(_ source: String, as path: String) throws {
            let parent = path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
            try createFolder(root + parent)
            try writeFile(root + path, readFile(source), permissions: 0o755)
        }
        let nodespan = try Nodespan.path()
        try add(Self.busybox, as: "/bin/busybox")
        try add("\(Self.fixtures)/guest/init", as: "/init")
        try add(nodespan, as: "/nodespan")
        try add(GoToolchain.newest.build("httpserver", mode: .stripped), as: "/server")
        for library in try Self.libraries(of: nodespan) { try add(library, as: library) }
        archive = "\(folder)/files.cpio"
        let made = try Command.run([
            Self.busybox, "sh", "-c", "cd \"$1\" && find . | busybox cpio -o -H newc >\"$2\"", "sh", root, archive,
        ])
        guard made.code == 0 else { throw GuestFailure("cpio failed", console: made.errors) }
    }

    /// What the dynamic linker loads, itself included: lines of ldd(1), "NAME => PATH (ADDRESS)" or "PATH (ADDRESS)".
    private static func libraries(of executable: String) throws -> [String] {
        let lines = try Command.run(["/usr/bin/ldd", executable]).output.split(separator: "\n")
        return lines.compactMap { line in
            line.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("/") }.map { String($0) }
        }
    }
}
