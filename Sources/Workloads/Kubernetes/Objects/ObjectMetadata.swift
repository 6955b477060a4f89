/// What every object of the API server has (meta/v1, ObjectMeta), as far as it is of use here.
package struct ObjectMetadata: Hashable, Sendable {
    /// Empty in a template.
    package let name: String
    /// Empty for what is in no namespace.
    package let namespace: String
    package var uid: String
    /// What the name of an object begins with that a controller made; empty for others.
    package var generateName: String
    package var labels: [String: String]
    /// Without those whose values are longer than `annotationLimit`.
    package var annotations: [String: String]
    package var owners: [OwnerReference]

    /// Bytes. Tools leave whole manifests in annotations, which would be kept for every pod of the node.
    static let annotationLimit = 4096

    /// What is kept of the objects of a whole cluster, of which there may be many.
    /// - Parameter prefix: of the annotations to keep; nil for none.
    func reduced(toAnnotations prefix: String? = nil) -> ObjectMetadata {
        var reduced = self
        (reduced.uid, reduced.generateName, reduced.labels, reduced.owners) = ("", "", [:], [])
        reduced.annotations = annotations.filter { key, _ in prefix.map(key.hasPrefix) ?? false }
        return reduced
    }
}

extension ObjectMetadata: Decodable {
    private enum CodingKeys: String, CodingKey {
        case name, namespace, uid, generateName, labels, annotations
        case owners = "ownerReferences"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String { try container.decodeIfPresent(String.self, forKey: key) ?? "" }
        name = try text(.name)
        namespace = try text(.namespace)
        uid = try text(.uid)
        generateName = try text(.generateName)
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        let annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations) ?? [:]
        self.annotations = annotations.filter { $0.value.utf8.count <= Self.annotationLimit }
        owners = try container.decodeIfPresent([OwnerReference].self, forKey: .owners) ?? []
    }
}
