/// How spans are put into messages, and what carries those.
package enum ExportProtocol: String, CaseIterable, Sendable {
    /// OTLP/gRPC.
    case grpc
    /// OTLP/HTTP in Protobuf's binary format.
    case httpProtobuf = "http/protobuf"
    /// OTLP/HTTP in Protobuf's JSON format.
    case httpJSON = "http/json"
    /// Zipkin's HTTP API, version 2, in JSON.
    case zipkin
}
