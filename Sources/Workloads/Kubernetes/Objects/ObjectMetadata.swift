/// What every object of the API server has (meta/v1, ObjectMeta), as far as it is of use here.
package struct ObjectMetadata: Hashable, Sendable {
    /// Empty in a template.
    package let name: String
    /// Empty for what is in no namespace.
    package let namespace: String
    package let uid: String
    /// Opaque; empty in a file.
    package let resourceVersion: String
    /// What the name of an object begins with that a controller made; empty for others.
    package let generateName: String
    package let labels: [String: String]
    /// Without those whose values are longer than `annotationLimit`.
    package let annotations: [String: String]
    package let owners: [OwnerReference]

    /// Bytes. Tools leave whole manifests in annotations, which would be kept for every pod of the node.
    static let annotationLimit = 4096
}

extension ObjectMetadata: Decodable {
    private enum CodingKeys: String, CodingKey {
        case name, namespace, uid, resourceVersion, generateName, labels, annotations
        case owners = "ownerReferences"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String { try container.decodeIfPresent(String.self, forKey: key) ?? "" }
        name = try text(.name)
        namespace = try text(.namespace)
        uid = try text(.uid)
        resourceVersion = try text(.resourceVersion)
        generateName = try text(.generateName)
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        let annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations) ?? [:]
        self.annotations = annotations.filter { $0.value.utf8.count <= Self.annotationLimit }
        owners = try container.decodeIfPresent([OwnerReference].self, forKey: .owners) ?? []
    }
}
