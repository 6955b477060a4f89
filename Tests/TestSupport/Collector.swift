import Glibc

/// A running Tests/Fixtures/collector: an OTLP receiver that decodes with OpenTelemetry's own descriptors, and answers as it
/// is told.
package struct Collector: ~Copyable {
    package enum Speech {
        /// OTLP/HTTP, by Python's own server.
        case http
        /// OTLP/gRPC, by grpcio's.
        case grpc
    }

    package enum Reading {
        /// Each span.
        case spans
        /// How many they are: for load.
        case counts
        /// For measurements.
        case nothing
    }

    /// 0 for a Unix socket.
    package let port: UInt16
    /// In the form that `OTLPEndpoint` takes.
    package let url: String
    private var process: ChildProcess
    private var printed: GatheredOutput
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - answers: see collector.py.
    ///   - certificate: a PEM file with the key, to be reached by TLS only.
    ///   - isMutual: clients have to show that certificate, too.
    ///   - address: of this machine, without brackets.
    ///   - port: 0 for any that is free.
    ///   - socketPath: of a Unix socket to be reached at, instead of `address` and `port`.
    ///   - network: the name of a network namespace that it is to be in, by ip-netns(8); nil for the test's own.
    package init(
        _ answers: [String] = [], speaks speech: Speech = .http, reads reading: Reading = .spans,
        certificate: String? = nil, isMutual: Bool = false, address: String = "127.0.0.1", port wanted: UInt16 = 0,
        socketPath: String? = nil, network: String? = nil
    ) throws {
        let folder = try TemporaryFolder()
        let script =
            #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
            + "/Fixtures/collector/collector.py"
        var arguments = ["/usr/bin/env", "python3", script, "--address", address, "--port", "\(wanted)"]
        if let network { arguments = ["/usr/bin/env", "ip", "netns", "exec", network] + arguments }
        if speech == .grpc { arguments.append("--grpc") }
        if let certificate { arguments += ["--tls", certificate] }
        if isMutual { arguments.append("--mutual") }
        if let socketPath { arguments += ["--unix", socketPath] }
        if reading != .nothing { arguments += ["--file", "\(folder.path)/requests"] }
        if reading == .counts { arguments.append("--count") }
        var child = try ChildProcess(
            arguments + answers, environment: ["PYTHONPATH": "\(CacheFolder.path)/python"])
        var printed = GatheredOutput(of: child)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        guard let number = printed.outputText.split(separator: "\n").first?.split(separator: ":").last,
            let port = UInt16(number)
        else { throw NotCollecting(code: child.poll(), errors: printed.errorText) }
        self.port = port
        let scheme = (speech == .grpc ? "grpc" : "http") + (certificate == nil ? "" : "s")
        let host = address.contains(":") ? "[\(address)]" : address
        url = socketPath.map { "unix:\($0)" } ?? "\(scheme)://\(host):\(port)"
        self.printed = printed
        self.folder = folder
        process = child
    }

    /// Waits until it has got a number of requests in all. Returns them, and what more there were.
    package mutating func requests(
        atLeast count: Int, within limit: Duration = .seconds(60)
    ) throws -> [CollectedRequest] {
        printed.gather(for: limit) { $0.outputLines > count }
        return try recorded()
    }

    /// Those that it has got so far, but for the first ones.
    package func recorded(after count: Int = 0) throws -> [CollectedRequest] {
        let lines = try readFile("\(folder.path)/requests").split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // After the last newline is what is being written.
        return try lines.dropLast().dropFirst(count).map(CollectedRequest.init(line:))
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
