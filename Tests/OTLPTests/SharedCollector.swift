import Dispatch
import Synchronization
import TestSupport

/// A collector for tests that don't wait by holding up a thread.
final class SharedCollector: Sendable {
    let url: String
    let port: UInt16
    private let collector: Mutex<Collector>

    private init(_ collector: consuming Collector) {
        url = collector.url
        port = collector.port
        self.collector = Mutex(collector)
    }

    static func start(_ make: @escaping @Sendable () throws -> Collector) async throws -> SharedCollector {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { SharedCollector(try make()) })
            }
        }
    }

    func recorded(after count: Int = 0) throws -> [CollectedRequest] {
        try collector.withLock { try $0.recorded(after: count) }
    }

    func kill() { collector.withLock { $0.kill() } }
}
