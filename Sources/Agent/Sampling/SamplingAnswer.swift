import FoundationEssentials
import Spans

/// How a service is to be sampled, as Jaeger's agents and collectors, and OpenTelemetry's jaegerremotesampling, have it in
/// JSON (jaeger-idl, proto-api/v1/sampling.proto: SamplingStrategyResponse).
struct SamplingAnswer: Hashable, Sendable {
    let share: SampledShare
    /// It has rates by operation, or a number of traces that are kept at least: which BPF can't obey, since a decision is made
    /// before the name of the span is known.
    let hasMore: Bool

    /// Nil for what is none.
    init?(_ document: [UInt8]) {
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(document)) else { return nil }
        if let operations = body.operationSampling {
            guard let rate = operations.defaultSamplingProbability ?? body.probabilisticSampling?.samplingRate,
                (0...1).contains(rate)
            else { return nil }
            share = .ratio(rate)
            hasMore =
                operations.perOperationStrategies?.isEmpty == false
                || (operations.defaultLowerBoundTracesPerSecond ?? 0) > 0
            return
        }
        hasMore = false
        switch body.strategyType?.name ?? (body.rateLimitingSampling == nil ? Kind.probabilistic : Kind.rateLimiting) {
        case Kind.probabilistic:
            // Protobuf's JSON may leave out what is 0.
            let rate = body.probabilisticSampling.map { $0.samplingRate ?? 0 }
            guard let rate, (0...1).contains(rate) else { return nil }
            share = .ratio(rate)
        case Kind.rateLimiting:
            let count = body.rateLimitingSampling.map { $0.maxTracesPerSecond ?? 0 }
            guard let count, count >= 0, count <= 1e9 else { return nil }
            share = .perSecond(count)
        default: return nil
        }
    }

    private struct Body: Decodable {
        struct Probabilistic: Decodable { let samplingRate: Double? }
        struct RateLimiting: Decodable { let maxTracesPerSecond: Double? }
        struct Operation: Decodable {}
        struct Operations: Decodable {
            let defaultSamplingProbability: Double?
            let defaultLowerBoundTracesPerSecond: Double?
            let perOperationStrategies: [Operation]?
        }

        let strategyType: Kind?
        let probabilisticSampling: Probabilistic?
        let rateLimitingSampling: RateLimiting?
        let operationSampling: Operations?
    }

    /// The name, or the number, of the enumeration.
    private struct Kind: Decodable {
        static let probabilistic = "PROBABILISTIC"
        static let rateLimiting = "RATE_LIMITING"

        let name: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                name = number == 0 ? Self.probabilistic : number == 1 ? Self.rateLimiting : "\(number)"
            } else {
                name = try container.decode(String.self)
            }
        }
    }
}
