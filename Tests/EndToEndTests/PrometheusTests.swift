import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// Programs that nobody here wrote or built: Debian's prometheus, stripped, of Go 1.19, 1.24 and 1.27.
    @Suite struct `Debian's prometheus` {
        @Test(arguments: ["bookworm", "trixie", "sid"])
        func `has right spans`(suite: String) throws {
            let prometheus = try Prometheus(suite: suite)
            var tracer = try Tracer(["--pid", "\(prometheus.pid)"])
            let requests: [(method: String, target: String, status: Int)] = [
                ("GET", "/-/healthy", 200), ("GET", "/-/ready", 200), ("GET", "/metrics", 200),
                ("GET", "/api/v1/query?query=up", 200), ("GET", "/api/v1/query?query=%29", 400),
                ("POST", "/api/v1/labels", 200), ("GET", "/api/v1/nothing", 404),
                ("GET", "/api/v1/status/buildinfo", 200),
                ("PUT", "/api/v1/status/flags", 405), ("OPTIONS", "/api/v1/rules", 204), ("GET", "/", 302),
                ("POST", "/-/quit", 403),
            ]
            let base = "http://127.0.0.1:\(prometheus.port)"
            for request in requests {
                let curl = try Command.run([
                    "/usr/bin/curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", request.method,
                    base + request.target,
                ])
                #expect(curl.output == "\(request.status)", "\(request.method) \(request.target)")
            }
            let load = try tracer.run(["/usr/bin/wrk", "-t", "1", "-c", "16", "-d", "2", "\(base)/-/healthy?wrk"])
            #expect(load.code == 0)

            // curl's requests were the first.
            let trace = try tracer.stop(afterSpans: requests.count) { $0 < requests.count || $0 % 20 == 0 }
            for request in requests {
                let parts = request.target.split(separator: "?").map(String.init)
                let spans = trace.spans(parts[0]).filter {
                    $0["url.query"] == (parts.count > 1 ? .string(parts[1]) : nil)
                        && $0["http.request.method"] == .string(request.method)
                }
                #expect(spans.count == 1, "\(request.method) \(request.target)")
                #expect(spans.first?["http.response.status_code"] == .integer(request.status), "\(request.target)")
                #expect(spans.first?["server.port"] == .integer(Int(prometheus.port)))
            }
            let loaded = trace.spans.filter { $0["url.query"] == "wrk" }
            #expect(loaded.count + requests.count == trace.spans.count && trace.lines > 1000)
            #expect(trace.lines == trace.summary.exported)
            let isRight = loaded.allSatisfy { $0.path == "/-/healthy" && $0["http.response.status_code"] == 200 }
            #expect(isRight)
            #expect(trace.summary.lost == 0 && trace.summary.isBalanced, "\(trace.summary)")
            #expect(trace.spans.first?.resource["service.name"] == "prometheus")
        }
    }
}

/// A running prometheus with nothing to scrape.
private struct Prometheus: ~Copyable {
    private let process: ChildProcess
    private let folder: TemporaryFolder
    let port: UInt16

    init(suite: String) throws {
        let binary = "\(CacheFolder.path)/debian/\(suite)/prometheus/usr/bin/prometheus"
        guard access(binary, X_OK) == 0 else { throw MissingProgram(path: binary) }
        let folder = try TemporaryFolder()
        try writeFile("\(folder.path)/prometheus.yml", Array("global: {}\n".utf8))
        // Port 0 is its own choice, which the line "Listening on" names.
        let process = try ChildProcess([
            binary, "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
            "--web.listen-address=127.0.0.1:0", "--web.console.templates=/nonexistent",
            "--web.console.libraries=/nonexistent",
        ])
        var printed = GatheredOutput(of: process)
        printed.gather(for: .seconds(30)) { $0.errorText.contains("Server is ready to receive web requests") }
        guard let port = Self.port(in: printed.errorText) else { throw NotListening(printed: printed.errorText) }
        self.process = process
        self.folder = folder
        self.port = port
    }

    var pid: Int32 { process.pid }

    private static func port(in text: String) -> UInt16? {
        let line = text.split(separator: "\n").first {
            $0.contains("Listening on") && $0.contains("address=127.0.0.1:")
        }
        return line?.split(separator: "127.0.0.1:").last.flatMap { UInt16($0.prefix(while: \.isNumber)) }
    }
}

struct MissingProgram: Error, CustomStringConvertible {
    var path: String

    var description: String { "\(path) is missing: run `make setup-tests`" }
}
