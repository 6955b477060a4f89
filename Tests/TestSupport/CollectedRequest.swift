import FoundationEssentials

/// A request as the tests' collector decoded it.
package struct CollectedRequest: Decodable, Sendable {
    package struct Received: Decodable, Sendable {
        /// In the form of `nodespan trace --format json`.
        package var span: JSONValue
        /// `flags` above the eight of W3C.
        package var remoteFlags: Int
    }

    package var path: String
    /// By lower-case names.
    package var headers: [String: String]
    package var answer: String
    package var resources: Int
    /// Spans of each ScopeSpans.
    package var groups: [Int]
    package var spans: [Received]
    /// Google's implementation would have written the same bytes.
    package var canonical: Bool

    init(line: some Sequence<UInt8>) throws {
        self = try JSONDecoder().decode(CollectedRequest.self, from: Data(line))
    }
}
