internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Reads small documents by HTTP from servers that somebody names who may not reach all that this process does: each with a
/// connection of its own, to an address that was judged. Redirects are not followed, and proxies not used.
package struct DocumentReader: Sendable {
    package enum Outcome: Sendable, Equatable {
        case document([UInt8])
        case failed(reason: String)
    }

    private static let sizeLimit = 1 << 20

    private let userAgent: String
    private let timeLimit: TimeAmount

    /// - Parameter timeLimit: for one document, from the connection to its last byte.
    package init(userAgent: String, timeLimit: Duration = .seconds(10)) {
        self.userAgent = userAgent
        self.timeLimit = TimeAmount(timeLimit)
    }

    /// - Parameters:
    ///   - host: of the URL, without brackets.
    ///   - judge: why nothing may be read from a numeric address, nil when it may. Without it, none is judged.
    package func read(url: String, host: String, judge: (@Sendable (String) -> String?)?) async -> Outcome {
        guard let judge else { return await read(url, host: host, at: nil) }
        return switch await AddressResolver(name: host, judge: judge).find() {
        case .refused(let reason), .failed(let reason): .failed(reason: reason)
        case .address(let address): await read(url, host: host, at: address)
        }
    }

    private func read(_ url: String, host: String, at address: String?) async -> Outcome {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        // Certificates are checked against the name.
        if let address { configuration.dnsOverride = [host: address] }
        let client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
        let outcome = await read(url, by: client)
        try? await client.shutdown()
        return outcome
    }

    private func read(_ url: String, by client: HTTPClient) async -> Outcome {
        var request = HTTPClientRequest(url: url)
        request.headers = ["User-Agent": userAgent, "Accept": "application/json"]
        do {
            let deadline = NIODeadline.now() + timeLimit
            let response = try await client.execute(request, deadline: deadline)
            guard response.status == .ok else { return .failed(reason: "it answers \(response.status.code)") }
            let body = try await response.body(
                upTo: Self.sizeLimit, before: deadline, on: client.eventLoopGroup.any())
            return body.map { .document($0) }
                ?? .failed(reason: "its answer is longer than \(Self.sizeLimit >> 20) MiB")
        } catch {
            return .failed(reason: TransportFailure(error).text)
        }
    }
}
