/// Appends batches to a file, each as a line.
package final class FileTransport: Transport {
    package init(_ file: SpanFile) {}

    package func send(_ request: [UInt8]) async -> DeliveryOutcome { .refused(reason: "not there yet") }

    package func shutdown() async {}
}
