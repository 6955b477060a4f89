internal import Synchronization

/// Appends batches to a file, each as a line. What is written is as safe as the page cache: it outlives this process, not a
/// power failure.
package final class FileTransport: Transport {
    private let path: String
    private let calls = BlockingCalls(label: "nodespan.file")
    private let log: Mutex<SpanLog>

    /// Opens the file with the first batch.
    package init(_ file: SpanFile) {
        path = file.path
        log = Mutex(SpanLog(file))
    }

    package func send(_ request: [UInt8]) async -> DeliveryOutcome {
        let outcome = await calls.call { _ -> SpanLogError? in
            self.log.withLock { log in
                do throws(SpanLogError) {
                    try log.append(request)
                    return nil
                } catch {
                    return error
                }
            }
        }
        return switch outcome {
        case .value(nil): .accepted(PartialSuccess())
        case .value(let error?): .unavailable(reason: "\(error)", mayHaveArrived: false)
        case .cancelled: .unavailable(reason: "\(path): the disk is too slow", mayHaveArrived: true)
        case .heldUp: .unavailable(reason: "\(path): the disk doesn't answer", mayHaveArrived: false)
        }
    }

    package func shutdown() async {
        _ = await calls.call { _ in self.log.withLock { $0.close() } }
    }
}
