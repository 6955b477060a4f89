internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import NIOCore
internal import NIOSSL

/// OTLP over gRPC (OTLP specification 1.x, "OTLP/gRPC"). All requests share one connection.
package final class GRPCTransport: Transport {
    private let thread: EventLoopThread
    private let connections: GRPCConnections
    private let places: GRPCPlaces
    private let tls: TLSReader?
    /// Which the certificate is to be for; nil for an address.
    private let name: String?
    private let authority: String
    private let metadata: Metadata
    private let compression: CompressionAlgorithm
    private let limit: TimeAmount

    /// Bytes of an answer that are read; its messages are a fraction of that.
    private static let answerLimit = 64 << 10
    private static let method = MethodDescriptor(
        fullyQualifiedService: "opentelemetry.proto.collector.trace.v1.TraceService", method: "Export", type: .unary)

    /// Connects with the first request. To be ended by `shutdown`.
    /// - Parameters:
    ///   - judge: why nothing may be sent to a numeric address, nil when it may: for a destination that somebody names who may
    ///     not reach all that this process does. Without it, none is judged.
    package convenience init(
        _ receiver: Receiver, userAgent: String, judge: (@Sendable (String) -> String?)? = nil
    ) {
        self.init(receiver, userAgent: userAgent, judge: judge, proxies: .ofThisProcess)
    }

    init(
        _ receiver: Receiver, userAgent: String, judge: (@Sendable (String) -> String?)? = nil,
        proxies: ProxySettings, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        let endpoint = receiver.endpoint
        thread = EventLoopThread(in: receiver.network)
        connections = GRPCConnections(on: thread)
        places = GRPCPlaces(receiver, judge: judge, proxies: proxies)
        tls = endpoint.isSecure ? TLSReader(receiver.tls, now: now) : nil
        name = IPAddressBytes(endpoint.host) == nil ? endpoint.host : nil
        authority = endpoint.authority
        compression = receiver.compression == .gzip ? .gzip : .none
        limit = TimeAmount(receiver.timeout)
        metadata = Self.metadata(of: receiver, userAgent: userAgent)
    }

    package func send(_ request: [UInt8]) async -> DeliveryOutcome {
        await thread.run {
            let timer = self.thread.loop.scheduleTask(in: self.limit) {}
            return await withTaskGroup(of: DeliveryOutcome?.self) { group in
                group.addTask { await self.deliver(request) }
                group.addTask {
                    _ = try? await timer.futureResult.get()
                    return nil
                }
                let first = await group.next()
                timer.cancel()
                group.cancelAll()
                if let first, let outcome = first { return outcome }
                // The time is over; what is known of the attempt says more than that.
                for await case .some(let outcome) in group { return outcome }
                return .unavailable(reason: "no answer in time", mayHaveArrived: true)
            }
        }
    }

    package func shutdown() async {
        await connections.shutdown()
        await thread.shutdown()
    }

    /// A kept connection may have ended unseen, and an address may be out of use: then there is a second try.
    private func deliver(_ request: [UInt8]) async -> DeliveryOutcome {
        var lastKey: GRPCConnections.Key?
        var lastReason = ""
        while true {
            let route: ConnectRoute
            let key: GRPCConnections.Key
            switch await self.route() {
            case .failure(let obstacle): return obstacle.outcome
            case .success(let found): (route, key) = found
            }
            if key == lastKey { return .unavailable(reason: lastReason, mayHaveArrived: false) }
            let (connection, isKept) = connections.take(key) {
                GRPCConnection(
                    route, authority: authority, compression: compression, answerLimit: Self.answerLimit,
                    on: thread.loop)
            }
            let outcome = await exchange(request, by: connection)
            let isTooLate = outcome == nil && Task.isCancelled
            if isTooLate, !connection.record.isGreeted {
                // What hasn't come about by now is no better for the next attempt.
                connection.record.spend(because: "no connection in time")
                places.shun(key.place)
            }
            connections.giveBack(connection)
            if let outcome { return outcome }
            if isTooLate {
                let reason = connection.record.isSpent ? connection.record.reason : "no answer in time"
                return .unavailable(reason: reason, mayHaveArrived: false)
            }
            if !isKept {
                if lastKey != nil { return .unavailable(reason: connection.record.reason, mayHaveArrived: false) }
                lastKey = key
                places.shun(key.place)
            }
            lastReason = connection.record.reason
        }
    }

    private struct Obstacle: Error {
        var outcome: DeliveryOutcome
    }

    private func route() async -> Result<(ConnectRoute, GRPCConnections.Key), Obstacle> {
        if let reason = await thread.enter() {
            return .failure(Obstacle(outcome: .unavailable(reason: reason, mayHaveArrived: false)))
        }
        var route: ConnectRoute
        switch await places.find() {
        case .refused(let reason): return .failure(Obstacle(outcome: .refused(reason: reason)))
        case .failed(let reason):
            return .failure(Obstacle(outcome: .unavailable(reason: reason, mayHaveArrived: false)))
        case .place(let place, let tunnel): route = ConnectRoute(place: place, tunnel: tunnel)
        }
        guard let tls else { return .success((route, GRPCConnections.Key(place: route.place))) }
        switch await tls.find() {
        case .failed(let reason):
            return .failure(Obstacle(outcome: .unavailable(reason: reason, mayHaveArrived: false)))
        case .configuration(var configuration, let generation):
            configuration.applicationProtocols = ["h2"]
            configuration.minimumTLSVersion = .tlsv12
            route.tls = ConnectRoute.Security(configuration: configuration, name: name)
            return .success((route, GRPCConnections.Key(place: route.place, generation: generation)))
        }
    }

    /// Nil when the request wasn't sent.
    private func exchange(_ request: [UInt8], by connection: GRPCConnection) async -> DeliveryOutcome? {
        let record = connection.record
        guard let channel = await connection.channel() else { return nil }
        var options = CallOptions.defaults
        // By that name it is the limit for answers too.
        options.maxRequestMessageBytes = Self.answerLimit
        var hasBegun = false
        do {
            let answer = try await channel.withStream(descriptor: Self.method, options: options) { stream, _ in
                hasBegun = true
                return try await Self.answer(to: request, metadata, by: stream)
            }
            if let answer { return answer.outcome(connectionReason: record.isSpent ? record.reason : nil) }
        } catch {
            if !hasBegun {
                // Else it would be taken again at once. That one request was cut off is not its fault.
                if !Task.isCancelled { record.spend() }
                return nil
            }
        }
        // Cut off: what doesn't answer now needn't be asked again by this connection.
        record.spend()
        return .unavailable(reason: record.reason, mayHaveArrived: true)
    }

    /// Nil when there is none.
    private static func answer(
        to request: [UInt8], _ metadata: Metadata,
        by stream: RPCStream<GRPCConnection.Channel.Inbound, GRPCConnection.Channel.Outbound>
    ) async throws -> GRPCAnswer? {
        do {
            try await stream.outbound.write(.metadata(metadata))
            try await stream.outbound.write(.message(GRPCNIOTransportBytes(request)))
            await stream.outbound.finish()
        } catch {
            // The receiver may have answered before it had all of it.
            if Task.isCancelled { return nil }
        }
        var messages: [[UInt8]] = []
        for try await part in stream.inbound {
            switch part {
            case .metadata: break
            case .message(let bytes):
                // One is all that there should be; more are as good as two.
                if messages.count < 2 { messages.append(bytes.withUnsafeBytes { Array($0) }) }
            case .status(let status, let metadata):
                return GRPCAnswer(status: status, metadata: metadata, messages: messages)
            }
        }
        return nil
    }

    /// The headers of each request. Binary ones, whose names end with "-bin", have the bytes of what is given (gRPC over HTTP2,
    /// "Custom-Metadata").
    private static func metadata(of receiver: Receiver, userAgent: String) -> Metadata {
        var metadata: Metadata = ["user-agent": "\(userAgent)"]
        for header in receiver.headers {
            let name = header.name.lowercased()
            metadata.removeAllValues(forKey: name)
            if name.hasSuffix("-bin") {
                metadata.addBinary(Array(header.value.utf8), forKey: name)
            } else {
                metadata.addString(header.value, forKey: name)
            }
        }
        // At most eight digits, and a unit.
        let milliseconds = receiver.timeout / .milliseconds(1)
        let isLong = milliseconds > 99_999_999
        metadata.addString(
            isLong ? "\(min(Int64(milliseconds / 1000), 99_999_999))S" : "\(max(Int64(milliseconds), 1))m",
            forKey: "grpc-timeout")
        return metadata
    }
}
