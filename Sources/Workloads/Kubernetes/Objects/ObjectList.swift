/// A list of objects as the API server gives it. What can't be read of it spoils none of the others.
package struct ObjectList<Object: Decodable & Sendable>: Decodable, Sendable {
    /// Opaque: where to watch from.
    package let resourceVersion: String
    /// Where the rest of the list begins; empty when this is all.
    package let continuation: String
    package let objects: [Object]
    package let unreadable: [UnreadableObject]

    private enum CodingKeys: CodingKey { case metadata, items }

    private struct Metadata: Decodable {
        var resourceVersion: String?
        var `continue`: String?
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let metadata = try container.decodeIfPresent(Metadata.self, forKey: .metadata)
        resourceVersion = metadata?.resourceVersion ?? ""
        continuation = metadata?.continue ?? ""
        let items = try container.decodeIfPresent([ListedObject<Object>].self, forKey: .items) ?? []
        objects = items.compactMap { try? $0.result.get() }
        unreadable = items.compactMap { item in
            if case .failure(let error) = item.result { error } else { nil }
        }
    }
}
