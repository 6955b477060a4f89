import TestSupport
import Testing

extension EndToEnd {
    /// Its metrics. Built with Go 1.19, 1.24 and 1.27.
    @Suite struct `Debian's containerd` {
        @Test(arguments: DebianProgram.suites)
        func `has right spans`(suite: String) throws {
            let containerd = try Containerd(suite: suite)
            let base = "http://127.0.0.1:\(containerd.port)"
            try expectSpans(
                of: containerd.pid, name: "containerd",
                requests: [
                    CurlRequest(target: "/v1/metrics", status: 200),
                    CurlRequest(target: "/v1/metrics?name[]=go_threads", status: 200),
                    CurlRequest(method: "HEAD", target: "/v1/metrics", status: 200),
                    CurlRequest(target: "/nothing", status: 404),
                    CurlRequest(method: "DELETE", target: "/nothing/at/all", status: 404),
                ].map { (base, $0) },
                bursts: [Burst(generator: .wrk, base: base, path: "/v1/metrics")])
        }
    }
}

/// A running containerd that has all its state in a folder of its own.
private struct Containerd: ~Copyable {
    private let process: ChildProcess
    private let folder: TemporaryFolder
    let port: UInt16

    init(suite: String) throws {
        let folder = try TemporaryFolder()
        let port = try DebianProgram.freePort()
        let configuration = """
            version = 2
            root = "\(folder.path)/root"
            state = "\(folder.path)/state"
            disabled_plugins = [
              "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime",
              "io.containerd.internal.v1.opt", "io.containerd.nri.v1.nri",
            ]
            [grpc]
              address = "\(folder.path)/grpc.sock"
            [ttrpc]
              address = "\(folder.path)/ttrpc.sock"
            [metrics]
              address = "127.0.0.1:\(port)"
            """
        try writeFile("\(folder.path)/config.toml", Array(configuration.utf8))
        let process = try DebianProgram.start(
            [
                try DebianProgram.path("containerd", of: "containerd", suite: suite), "--config",
                "\(folder.path)/config.toml",
            ], ready: "containerd successfully booted")
        self.process = process
        self.folder = folder
        self.port = port
    }

    var pid: Int32 { process.pid }
}
