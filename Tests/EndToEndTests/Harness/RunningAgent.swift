import Glibc
import TestSupport

/// A running `nodespan run`, with a configuration of its own and a folder for programs that its rules name.
struct RunningAgent: ~Copyable {
    private let temporary: TemporaryFolder
    private var process: ChildProcess
    private(set) var printed: GatheredOutput

    /// Returns once it says that it traces.
    /// - Parameters:
    ///   - configuration: FOLDER in it stands for the folder of programs.
    ///   - hosts: what it finds as /etc/hosts; nil for this machine's.
    init(_ configuration: String, options: [String] = [], hosts: String? = nil) throws {
        let folder = try TemporaryFolder()
        try Self.write(configuration, in: folder.path)
        var command =
            [try Nodespan.path(), "run", "--format", "json", "--config", "\(folder.path)/config.yaml"] + options
        if let hosts {
            try writeFile("\(folder.path)/hosts", Array(hosts.utf8))
            let script = "mount --bind \(folder.path)/hosts /etc/hosts && exec \"$@\""
            command = ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "sh"] + command
        }
        var child = try ChildProcess(command)
        var printed = GatheredOutput(of: child)
        let isTracing = printed.gather(for: .seconds(20)) { $0.errorText.contains("tracing by ") }
        guard isTracing else { throw NotTracing(code: child.poll(), errors: printed.errorText) }
        temporary = folder
        process = child
        self.printed = printed
    }

    var pid: Int32 { process.pid }

    /// Of the programs.
    var folder: String { temporary.path }

    /// Puts a copy of a program into the folder.
    func install(_ binary: String, as name: String) throws -> String {
        try writeFile("\(folder)/\(name)", readFile(binary), permissions: 0o755)
        return "\(folder)/\(name)"
    }

    /// Gives it another configuration, and waits until it has read it.
    mutating func reload(_ configuration: String, expecting text: String = "the configuration was read again") throws {
        try Self.write(configuration, in: folder)
        let before = count(of: text)
        process.send(SIGHUP)
        try wait(for: text, count: before + 1)
    }

    /// Waits until it has said something a number of times.
    mutating func wait(
        for text: String, count: Int = 1, within limit: Duration = .seconds(20)
    ) throws(NotTracing) {
        let hasSaid = printed.gather(for: limit) {
            $0.errorText.split(separator: "\n").count { $0.contains(text) } >= count
        }
        guard hasSaid else { throw NotTracing(code: nil, errors: "no \(text): \(printed.errorText)") }
    }

    /// Reads what it says for a while.
    mutating func read(until end: ContinuousClock.Instant) {
        printed.gather(for: end - .now) { _ in false }
    }

    /// Waits for what others show.
    mutating func wait(until isSo: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try !isSo() {
            guard ContinuousClock.now < deadline else { throw NotTracing(code: nil, errors: printed.errorText) }
            printed.readOnce(milliseconds: 20)
        }
    }

    /// Keeps a server busy, one request after the other, until something was said a number of times. Returns how many
    /// requests there were.
    /// - Parameter target: of the request of a number.
    mutating func serve(
        _ port: UInt16, from start: Int, until text: String, count: Int = 1, target: (Int) -> String
    ) throws -> Int {
        let deadline = ContinuousClock.now + .seconds(20)
        var number = start
        while self.count(of: text) < count {
            guard ContinuousClock.now < deadline else { throw NotTracing(code: nil, errors: printed.errorText) }
            try get(target(number), port)
            number += 1
            printed.readOnce(milliseconds: 1)
        }
        return number - start
    }

    func count(of text: String) -> Int { printed.errorText.split(separator: "\n").count { $0.contains(text) } }

    /// Drops what it has said so far.
    mutating func forget() { printed.forget() }

    /// Ends it as the kernel's memory killer would.
    mutating func kill() {
        process.kill()
        _ = process.wait()
    }

    /// Ends it, and returns what it said last: the summary.
    mutating func stop(signal: CInt = SIGTERM) throws -> Trace {
        process.send(signal)
        printed.gather(for: .seconds(20)) { _ in false }
        guard printed.isComplete else { throw NotTracing(code: nil, errors: "doesn't end: \(printed.errorText)") }
        return try Trace(
            output: printed.output, errors: printed.errorText, code: process.wait(), decoding: { _ in true })
    }

    private static func write(_ configuration: String, in folder: String) throws {
        let text = configuration.split(separator: "FOLDER", omittingEmptySubsequences: false).joined(separator: folder)
        try writeFile("\(folder)/config.yaml", Array(text.utf8))
    }
}
