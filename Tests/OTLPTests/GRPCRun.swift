import Glibc
import Spans
import TestSupport

@testable import OTLP

/// Transports by gRPC, untouched by the environment's proxies.
enum GRPCRun {
    static func transport(
        _ url: String, _ change: (inout Receiver) throws -> Void = { _ in }
    ) throws -> GRPCTransport {
        var receiver = Receiver(endpoint: try OTLPEndpoint(url, protocol: .grpc))
        try change(&receiver)
        return GRPCTransport(receiver, userAgent: "nodespan/test", proxies: ProxySettings(environment: [:]))
    }

    static func outcome(
        _ receiver: Receiver, spans: Int = 1, environment: [String: String] = [:],
        judge: (@Sendable (String) -> String?)? = nil
    ) async throws -> DeliveryOutcome {
        let transport = GRPCTransport(
            receiver, userAgent: "nodespan/test", judge: judge, proxies: ProxySettings(environment: environment))
        let outcome = await transport.send(request(spans: spans))
        await transport.shutdown()
        return outcome
    }

    static func request(spans: Int = 1) -> [UInt8] {
        var encoder = TraceRequestEncoder()
        for number in 0..<spans { encoder.add(sampleSpan(UInt64(number + 1), of: .named("shop"))) }
        return encoder.finish()
    }

    /// Waits until there are so many. A program that is being started holds what is open for a moment.
    static func hasConnections(_ count: Int, to port: UInt16) async -> Bool {
        for _ in 0..<300 {
            if connections(to: port) == count { return true }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    /// TCP connections over IPv4 to a port that are made: by the fields of /proc/net/tcp, remote address and state.
    static func connections(to port: UInt16) -> Int {
        let own = (try? readFile("/proc/self/net/tcp")).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let hexadecimal = String(port, radix: 16, uppercase: true)
        let place = ":" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
        return own.split(separator: "\n").count { line in
            let fields = line.split(separator: " ")
            return fields.count > 3 && fields[2].hasSuffix(place) && fields[3] == "01"
        }
    }
}
