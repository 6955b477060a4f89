import Glibc
import GoBinary
import SystemPackage
import TestSupport
import Testing

/// A program as Debian packages it: stripped, without module versions, built with Go 1.19, 1.24, and 1.26 or 1.27.
struct DebianFile: Sendable, CustomTestStringConvertible {
    var suite: String
    var command: String

    static let all = ["bookworm", "trixie", "sid"].flatMap { suite in
        ["prometheus", "caddy", "etcd", "containerd"].map { DebianFile(suite: suite, command: $0) }
    }
    static let areThere = all.allSatisfy { access($0.path, R_OK) == 0 }

    var testDescription: String { "\(suite)'s \(command)" }

    private var path: String {
        let package = command == "etcd" ? "etcd-server" : command
        return "\(CacheFolder.path)/debian/\(suite)/\(package)/usr/bin/\(command)"
    }

    func read() throws -> GoBinary {
        try GoBinary.read(from: FileByteSource(path: FilePath(path)))
    }
}
