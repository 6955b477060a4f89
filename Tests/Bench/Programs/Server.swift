import TestSupport

/// A running Tests/Fixtures/httpserver, stripped, in a file of its own: probes apply to a file, so that those of another
/// tracer on the same machine would be measured too if the file were shared.
final class Server {
    static let goVersion = "1.27.3"

    let port: String
    private let process: ChildProcess
    private let temporary: TemporaryFolder

    init() throws {
        guard let go = GoToolchain.all.first(where: { $0.version == Self.goVersion }) else {
            throw BenchFailure("no fixture is built with Go \(Self.goVersion)")
        }
        let built = try go.build("httpserver", mode: .stripped)
        let folder = try TemporaryFolder()
        let binary = "\(folder.path)/httpserver"
        try writeFile(binary, readFile(built), permissions: 0o755)
        let process = try ChildProcess([binary])
        var printed = GatheredOutput(of: process)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        guard let port = printed.outputText.split(whereSeparator: \.isNewline).first?.split(separator: ":").last else {
            throw BenchFailure("the server doesn't listen: \(printed.errorText)")
        }
        self.port = String(port)
        self.process = process
        temporary = folder
    }

    /// That its executable is in, alone.
    var folder: String { temporary.path }

    /// Sends so many requests.
    func send(_ count: Int) throws {
        let run = try Command.run([
            "/usr/bin/h2load", "--h1", "-c", "8", "-n", "\(count)", "http://127.0.0.1:\(port)/hello",
        ])
        guard run.code == 0 else { throw BenchFailure(run.errors) }
    }

    /// The server under the load of such requests.
    func measured(under request: Request) -> Subject {
        Subject(
            title: "HTTP/1 server, \(request.title)", pid: process.pid, begin: "http_server_begin",
            end: "http_server_end", budget: .server(hits: 2)
        ) { try Load(self, request, seconds: $0).requests }
    }
}
