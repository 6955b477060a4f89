import FoundationEssentials

/// A request as the tests' collector decoded it.
package struct CollectedRequest: Decodable, Sendable {
    package struct Received: Decodable, Sendable {
        /// In the form of `nodespan trace --format json`.
        package var span: JSONValue
        /// `flags` above the eight of W3C.
        package var remoteFlags: Int
    }

    /// Of HTTP's resource, or the gRPC method.
    package var path: String
    /// By lower-case names; gRPC's metadata, what ends in "-bin" in hexadecimal.
    package var headers: [String: String]
    /// As Tests/Fixtures/collector was told to answer.
    package var answer: String
    /// Of the message, decompressed.
    package var bytes: Int
    /// What came for it: HTTP's body, or all that came by gRPC since the connection's previous request.
    package var wire: Int
    /// Of gRPC's deadline; nil without one.
    package var seconds: Double?
    package var resources: Int
    /// Spans of each ScopeSpans.
    package var groups: [Int]
    /// Empty where they are only counted.
    package var spans: [Received]
    /// Google's implementation would have written the same bytes; of JSON, the same document.
    package var canonical: Bool
    /// Spans in Zipkin's JSON, as they came.
    package var zipkin: JSONValue?

    package var spanCount: Int { groups.reduce(0, +) }

    init(line: some Collection<UInt8>) throws {
        do {
            self = try JSONDecoder().decode(CollectedRequest.self, from: Data(line))
        } catch {
            throw NotDecoded(line: String(decoding: line, as: UTF8.self))
        }
    }
}

/// A request that isn't what it should be, which the collector tells with its error.
struct NotDecoded: Error {
    var line: String
}
