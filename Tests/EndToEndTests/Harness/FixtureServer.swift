import Glibc
import TestSupport

/// A running Tests/Fixtures/httpserver, on a port of its own choice.
struct FixtureServer: ~Copyable {
    private var process: ChildProcess
    let port: UInt16

    init(
        _ go: GoToolchain, mode: LinkMode = .stripped, arguments: [String] = [], environment: [String: String] = [:]
    ) throws {
        try self.init(binary: go.build("httpserver", mode: mode), arguments: arguments, environment: environment)
    }

    init(binary: String, arguments: [String] = [], environment: [String: String] = [:]) throws {
        let child = try ChildProcess([binary] + arguments, environment: environment)
        var printed = GatheredOutput(of: child)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        guard let port = Self.port(in: printed.outputText) else { throw NotListening(printed: printed.outputText) }
        process = child
        self.port = port
    }

    var pid: Int32 { process.pid }

    func send(_ signal: CInt) { process.send(signal) }

    mutating func wait() -> Int32 { process.wait() }

    /// The port in a line "listening 127.0.0.1:PORT".
    static func port(in text: String) -> UInt16? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("listening ") }
        return line?.split(separator: ":").last.flatMap { UInt16($0) }
    }
}

struct NotListening: Error {
    var printed: String
}
