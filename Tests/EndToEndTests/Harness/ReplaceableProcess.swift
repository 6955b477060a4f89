import TestSupport

/// A running Tests/Fixtures/replaceable, which can be made to execute another program in its place.
struct ReplaceableProcess: ~Copyable {
    private let process: ChildProcess
    private var printed: GatheredOutput
    private let port: UInt16

    /// - Parameter replacement: a server that says where it listens, by its absolute path, and its arguments.
    init(_ binary: String, replacement: [String]) throws {
        let process = try ChildProcess([binary] + replacement)
        var printed = GatheredOutput(of: process)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        guard let port = FixtureServer.port(in: printed.outputText) else {
            throw NotListening(printed: printed.outputText)
        }
        self.process = process
        self.printed = printed
        self.port = port
    }

    var pid: Int32 { process.pid }

    /// Has it execute the other program. Returns the port of that.
    mutating func replace() throws -> UInt16 {
        try Self.askToReplace(port: port)
        printed.gather(for: .seconds(20)) { $0.outputLines > 1 }
        let last = printed.outputText.split(separator: "\n").last.map(String.init) ?? ""
        guard printed.outputLines > 1, let port = FixtureServer.port(in: last) else {
            throw NotListening(printed: printed.outputText + printed.errorText)
        }
        return port
    }

    /// Returns once the program that listened has gone.
    static func askToReplace(port: UInt16) throws {
        var connection = try RawHTTP(port: port)
        try connection.send(RawHTTP.request("GET", "/exec"))
        _ = try connection.receiveToEnd()
    }
}
