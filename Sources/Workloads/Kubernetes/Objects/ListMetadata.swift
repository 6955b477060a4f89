/// What a list says of itself (meta/v1, ListMeta).
struct ListMetadata: Hashable, Sendable {
    /// Opaque: where to watch from.
    let resourceVersion: String
    /// Where the rest of the list begins; empty when this is all.
    let continuation: String
}

extension ListMetadata: Decodable {
    private enum CodingKeys: CodingKey { case metadata }

    private enum MetadataKeys: CodingKey { case resourceVersion, `continue` }

    /// From a list, whose objects needn't be there.
    init(from decoder: any Decoder) throws {
        let metadata = try decoder.container(keyedBy: CodingKeys.self)
            .nestedContainer(keyedBy: MetadataKeys.self, forKey: .metadata)
        // Every list has one, and what has none is no list without objects.
        resourceVersion = try metadata.decode(String.self, forKey: .resourceVersion)
        continuation = try metadata.decodeIfPresent(String.self, forKey: .continue) ?? ""
    }
}
