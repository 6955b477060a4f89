import TestSupport

/// Requests to a server by HTTP/1.1, so many in each second: exactly as many as are asked for.
struct PacedLoad: ~Copyable {
    private static let connections = 10

    let requests: Int
    private var process: ChildProcess
    private var printed: GatheredOutput

    /// - Parameter rate: a second, a multiple of ten.
    init(on port: UInt16, rate: Int, seconds: Int) throws {
        requests = rate * seconds
        process = try ChildProcess([
            "/usr/bin/h2load", "--h1", "-t", "1", "-c", "\(Self.connections)", "--rps", "\(rate / Self.connections)",
            "-n", "\(requests)", "http://127.0.0.1:\(port)/hello?load",
        ])
        printed = GatheredOutput(of: process)
    }

    /// Reads what it says for a while. Returns whether it has ended.
    mutating func hasEnded(within time: Duration) -> Bool {
        printed.gather(for: time) { $0.isComplete }
    }

    /// After its end: how many requests were answered as they should be.
    func succeeded() throws -> Int {
        let words = printed.outputText.split { $0 == " " || $0 == "\n" || $0 == "," }
        guard let here = words.firstIndex(of: "succeeded"), let count = Int(words[here - 1]) else {
            throw BurstFailed(output: printed.outputText + printed.errorText)
        }
        return count
    }
}
