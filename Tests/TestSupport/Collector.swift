import Glibc

/// A running Tests/Fixtures/collector: an OTLP receiver that decodes with OpenTelemetry's own descriptors, and answers as it
/// is told.
package struct Collector: ~Copyable {
    package let port: UInt16
    private let address: String
    private var process: ChildProcess
    private var printed: GatheredOutput
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - answers: see collector.py.
    ///   - isDecoding: false for measurements.
    ///   - certificate: a PEM file with the key, to be reached by TLS only.
    ///   - isMutual: clients have to show that certificate, too.
    ///   - address: of this machine.
    ///   - port: 0 for one that is free.
    package init(
        _ answers: [String] = [], isDecoding: Bool = true, certificate: String? = nil, isMutual: Bool = false,
        address: String = "127.0.0.1", port: UInt16 = 0
    ) throws {
        let folder = try TemporaryFolder()
        let script =
            #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
            + "/Fixtures/collector/collector.py"
        var child = try ChildProcess(
            ["/usr/bin/env", "python3", script, "--address", address, "--port", "\(port)"]
                + (certificate.map { ["--tls", $0] } ?? [])
                + (isMutual ? ["--mutual"] : [])
                + (isDecoding ? ["--file", "\(folder.path)/requests"] : []) + answers,
            environment: ["PYTHONPATH": "\(CacheFolder.path)/python"])
        var printed = GatheredOutput(of: child)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        guard let number = printed.outputText.split(separator: "\n").first?.split(separator: ":").last,
            let port = UInt16(number)
        else { throw NotCollecting(code: child.poll(), errors: printed.errorText) }
        self.port = port
        self.address = address
        self.printed = printed
        self.folder = folder
        process = child
    }

    /// Without TLS.
    package var url: String { "http://\(address):\(port)" }

    /// Waits until it has got a number of requests in all. Returns them, and what more there were.
    package mutating func requests(
        atLeast count: Int, within limit: Duration = .seconds(60)
    ) throws -> [CollectedRequest] {
        printed.gather(for: limit) { $0.outputLines > count }
        return try readFile("\(folder.path)/requests").split(separator: UInt8(ascii: "\n"))
            .map(CollectedRequest.init(line:))
    }

    package mutating func kill() {
        process.kill()
        _ = process.wait()
    }
}

struct NotCollecting: Error, CustomStringConvertible {
    var code: Int32?
    var errors: String

    var description: String {
        "the test collector \(code.map { "ended with \($0)" } ?? "doesn't listen"); is `make setup-tests` done? \(errors)"
    }
}
