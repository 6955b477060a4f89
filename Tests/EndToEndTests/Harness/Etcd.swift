import TestSupport

/// A running etcd, a cluster by itself.
struct Etcd: ~Copyable {
    private let process: ChildProcess
    private let folder: TemporaryFolder
    let port: UInt16

    init(suite: String) throws {
        let folder = try TemporaryFolder()
        let port = try DebianProgram.freePort()
        let client = "http://127.0.0.1:\(port)"
        let peer = "http://127.0.0.1:\(try DebianProgram.freePort())"
        let process = try DebianProgram.start(
            [
                try DebianProgram.path("etcd", of: "etcd-server", suite: suite), "--data-dir", "\(folder.path)/data",
                "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
                "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=\(peer)",
            ], ready: "serving ")
        self.process = process
        self.folder = folder
        self.port = port
    }

    var pid: Int32 { process.pid }
}
