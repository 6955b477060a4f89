import Glibc
import TestSupport

/// Go programs that nobody here wrote or built, as three Debian releases ship them: stripped, without module versions.
enum DebianProgram {
    static let suites = ["bookworm", "trixie", "sid"]

    /// Path of a program in an unpacked package.
    static func path(_ command: String, of package: String, suite: String) throws(MissingProgram) -> String {
        let path = "\(CacheFolder.path)/debian/\(suite)/\(package)/usr/bin/\(command)"
        guard access(path, X_OK) == 0 else { throw MissingProgram(path: path) }
        return path
    }

    /// Starts a program, and returns once it has written a text to standard error.
    static func start(_ arguments: [String], ready: String, environment: [String: String] = [:]) throws -> ChildProcess
    {
        let process = try ChildProcess(arguments, environment: environment)
        var printed = GatheredOutput(of: process)
        let isReady = printed.gather(for: .seconds(30)) { $0.errorText.contains(ready) }
        guard isReady else { throw NotListening(printed: printed.errorText) }
        return process
    }

    /// A port of 127.0.0.1 that nothing listened on a moment ago.
    static func freePort() throws(SystemCallFailure) -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemCallFailure("socket", "") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw SystemCallFailure("bind", "127.0.0.1:0") }
        return UInt16(bigEndian: address.sin_port)
    }
}

struct MissingProgram: Error, CustomStringConvertible {
    var path: String

    var description: String { "\(path) is missing: run `make setup-tests`" }
}
