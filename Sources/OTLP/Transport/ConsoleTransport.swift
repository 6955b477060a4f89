/// Writes batches to standard output.
package final class ConsoleTransport: Transport {
    package init() {}

    package func send(_ request: [UInt8]) async -> DeliveryOutcome { .refused(reason: "not there yet") }

    package func shutdown() async {}
}
