import Glibc
import TestSupport

/// A running containerd that has all its state in a folder of its own.
final class Containerd {
    static let image = "nodespan.test/shop:1"

    private let process: ChildProcess
    private let temporary: TemporaryFolder
    /// `ctr` with what it takes to reach this one.
    let client: [String]
    /// Of its metrics.
    let port: UInt16

    init(suite: String) throws {
        let temporary = try TemporaryFolder()
        let folder = temporary.path
        let port = try DebianProgram.freePort()
        let configuration = """
            version = 2
            root = "\(folder)/root"
            state = "\(folder)/state"
            disabled_plugins = [
              "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime",
              "io.containerd.internal.v1.opt", "io.containerd.nri.v1.nri",
            ]
            [grpc]
              address = "\(folder)/grpc.sock"
            [ttrpc]
              address = "\(folder)/ttrpc.sock"
            [metrics]
              address = "127.0.0.1:\(port)"
            """
        try writeFile("\(folder)/config.toml", Array(configuration.utf8))
        let program = try DebianProgram.path("containerd", of: "containerd", suite: suite)
        let programs = program.dropLast("/containerd".count)
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/sbin:/usr/bin"
        process = try DebianProgram.start(
            [program, "--config", "\(folder)/config.toml"], ready: "containerd successfully booted",
            environment: ["PATH": "\(programs):\(path)"])
        client = ["\(programs)/ctr", "--address", "\(folder)/grpc.sock", "--namespace", "k8s.io"]
        self.temporary = temporary
        self.port = port
    }

    deinit {
        // What a test that failed has left there.
        let tasks = (try? control("task", "ls", "--quiet").output.split(separator: "\n").map(String.init)) ?? []
        for task in tasks { _ = try? control("task", "rm", "--force", task) }
    }

    var pid: Int32 { process.pid }
    var folder: String { temporary.path }

    /// Runs `ctr`.
    @discardableResult
    func control(_ arguments: String...) throws -> Command {
        let command = try Command.run(client + arguments, limit: .seconds(60))
        guard command.code == 0 else { throw NotControlled(arguments: arguments, errors: command.errors) }
        return command
    }

    /// Makes an image of one layer, which holds these programs by their paths.
    func makeImage(of programs: [String: String]) throws {
        let image = "\(folder)/image"
        for (path, file) in programs {
            try createFolder("\(image)/layer\(path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex))")
            try writeFile("\(image)/layer\(path)", readFile(file), permissions: 0o755)
        }
        _ = try Command.run(["/usr/bin/tar", "-C", "\(image)/layer", "-cf", "\(image)/layer.tar", "."])
        let digest = try Command.run(["/usr/bin/sha256sum", "\(image)/layer.tar"]).output.prefix(64)
        let configuration = """
            {"architecture": "amd64", "os": "linux", "config": {},
             "rootfs": {"type": "layers", "diff_ids": ["sha256:\(digest)"]}}
            """
        let manifest = """
            [{"Config": "config.json", "RepoTags": ["\(Self.image)"], "Layers": ["layer.tar"]}]
            """
        try writeFile("\(image)/config.json", Array(configuration.utf8))
        try writeFile("\(image)/manifest.json", Array(manifest.utf8))
        let files = ["manifest.json", "config.json", "layer.tar"]
        _ = try Command.run(["/usr/bin/tar", "-C", image, "-cf", "\(image).tar"] + files)
        try control("image", "import", "\(image).tar")
    }
}

struct NotControlled: Error {
    var arguments: [String]
    var errors: String
}
