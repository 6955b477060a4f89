/// OTLP over gRPC (OTLP specification 1.x, "OTLP/gRPC").
package final class GRPCTransport: Transport {
    package init(_ receiver: Receiver, userAgent: String, judge: (@Sendable (String) -> String?)? = nil) {}

    package func send(_ request: [UInt8]) async -> DeliveryOutcome { .refused(reason: "not there yet") }

    package func shutdown() async {}
}
