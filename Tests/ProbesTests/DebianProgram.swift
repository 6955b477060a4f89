import Glibc
import GoBinary
import SystemPackage
import TestSupport
import Testing

/// A program as Debian packages it: stripped, without module versions, built with Go 1.19, 1.24, and 1.26 or 1.27; dockerd
/// as a position-independent executable that gcc linked.
struct DebianProgram: Sendable, CustomTestStringConvertible {
    var suite: String
    var package: String
    var command: String

    /// dockerd is a daemon's command, of the package docker.io.
    var path: String {
        "\(CacheFolder.path)/debian/\(suite)/\(package)/usr/\(command == "dockerd" ? "sbin" : "bin")/\(command)"
    }
    var testDescription: String { "\(suite)'s \(command)" }

    static let all = ["bookworm", "trixie", "sid"].flatMap { suite in
        [
            ("prometheus", "prometheus"), ("caddy", "caddy"), ("etcd-server", "etcd"), ("containerd", "containerd"),
            ("docker.io", "dockerd"), ("podman", "podman"),
        ].map { DebianProgram(suite: suite, package: $0, command: $1) }
    }
    static var areFetched: Bool { all.allSatisfy { access($0.path, R_OK) == 0 } }

    func analyse() throws -> GoBinary {
        try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
    }
}
