internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Writes batches of lines to standard output, which may be a pipe whose reader is slow, or has gone.
package final class ConsoleTransport: Transport {
    /// Standard output is one, whatever goes there.
    private static let standard = LineOutput(OutputStream(STDOUT_FILENO))

    private let output: LineOutput

    package convenience init() {
        self.init(output: Self.standard)
    }

    init(output: LineOutput) {
        self.output = output
    }

    package func send(_ request: [UInt8]) async -> DeliveryOutcome { await output.write(request) }

    package func shutdown() async {}
}

/// Lines on their way to a reader. What is begun of one is completed before anything else, also when nobody waits for it any
/// more, so that none is torn.
final class LineOutput: Sendable {
    private let stream: OutputStream
    private let calls = BlockingCalls(label: "nodespan.console")
    /// The rest of a line that was begun.
    private let unfinished = Mutex<[UInt8]>([])

    init(_ stream: OutputStream) {
        self.stream = stream
    }

    /// - Parameter lines: whole ones.
    func write(_ lines: [UInt8]) async -> DeliveryOutcome {
        switch await calls.call({ self.write(lines, $0) }) {
        case .value(let outcome): outcome
        case .cancelled: .unavailable(reason: "standard output: nobody reads it", mayHaveArrived: true)
        case .heldUp: .unavailable(reason: "standard output: nobody reads it", mayHaveArrived: false)
        }
    }

    private func write(_ lines: [UInt8], _ interest: BlockingCalls.Interest) -> DeliveryOutcome {
        unfinished.withLock { unfinished in
            let bytes = unfinished + lines
            let (written, failure) = stream.write(bytes.span.bytes) { !interest.isCancelled }
            let begun = unfinished.count
            let rest = bytes[written...]
            let isTorn = written > 0 && written < bytes.count && bytes[written - 1] != UInt8(ascii: "\n")
            if isTorn, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                unfinished = Array(rest[...end])
            } else if written > 0 {
                unfinished = []
            }
            guard let failure else { return .accepted(PartialSuccess()) }
            let reason = "standard output: \(failure)".lowercased()
            // There is no other reader to come.
            if [.brokenPipe, .badFileDescriptor, .connectionReset].contains(failure) {
                return .refused(reason: reason)
            }
            return .unavailable(reason: reason, mayHaveArrived: written > begun)
        }
    }
}
