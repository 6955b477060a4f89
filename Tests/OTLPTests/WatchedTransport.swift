import OTLP
import Synchronization

/// A transport that writes down what became of each attempt.
final class WatchedTransport: Transport {
    private let transport: any Transport
    private let state = Mutex<[DeliveryOutcome]>([])

    init(_ transport: any Transport) {
        self.transport = transport
    }

    /// Of attempts that weren't cut off.
    var outcomes: [DeliveryOutcome] { state.withLock { $0 } }
    /// Batches that came to their end.
    var settled: Int {
        outcomes.count { outcome in
            if case .unavailable = outcome { false } else { true }
        }
    }

    func send(_ request: [UInt8]) async -> DeliveryOutcome {
        let outcome = await transport.send(request)
        if !Task.isCancelled { state.withLock { $0.append(outcome) } }
        return outcome
    }

    func shutdown() async { await transport.shutdown() }
}
