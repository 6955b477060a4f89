/// A namespace, whose annotations hold for the pods in it.
package struct Namespace: Hashable, Sendable {
    /// Of its annotations only those by which pods ask to be traced.
    package let metadata: ObjectMetadata
}

extension Namespace: Decodable {
    private enum CodingKeys: CodingKey { case metadata }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMetadata.self, forKey: .metadata).reduced(
            toAnnotations: Annotation.prefix)
    }
}
