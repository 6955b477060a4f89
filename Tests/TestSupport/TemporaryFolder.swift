import Glibc

/// A folder of a test's own, open to all users for reading. Removed when dropped.
package struct TemporaryFolder: ~Copyable {
    package let path: String

    package init() throws(SystemCallFailure) {
        path = try Self.create()
    }

    deinit {
        _ = try? Command.run(["/bin/rm", "-rf", path])
    }

    private static func create() throws(SystemCallFailure) -> String {
        var template = Array("/tmp/nodespan-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemCallFailure("mkdtemp", "/tmp") }
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard chmod(path, 0o755) == 0 else { throw SystemCallFailure("chmod", path) }
        return path
    }
}
