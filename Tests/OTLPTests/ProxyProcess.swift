import TestSupport

/// A running Tests/Fixtures/proxy: an HTTP proxy, whose every host is one port of this machine.
struct ProxyProcess: ~Copyable {
    struct NotListening: Error {
        var errors: String
    }

    let port: UInt16
    private let process: ChildProcess
    private let printed: GatheredOutput

    /// - Parameters:
    ///   - target: to which it connects.
    ///   - mode: the value of Proxy-Authorization that it wants, or one of proxy.py's ways to fail.
    init(port target: UInt16, mode: String) throws {
        let script =
            #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures/proxy/proxy.py"
        let process = try ChildProcess(["/usr/bin/env", "python3", script, "\(target)", mode])
        var printed = GatheredOutput(of: process)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        guard let number = printed.outputText.split(separator: "\n").first, let port = UInt16(number) else {
            throw NotListening(errors: printed.errorText)
        }
        self.port = port
        self.printed = printed
        self.process = process
    }

    /// Where it was last asked to connect to.
    func asked() throws -> String? {
        var printed = printed
        printed.gather(for: .seconds(20)) { $0.outputLines > 1 }
        return printed.outputText.split(separator: "\n").dropFirst().last.map(String.init)
    }
}
