/// A variable of an environment as Kubernetes has it (core/v1, EnvVar).
package struct EnvironmentVariable: Hashable, Sendable {
    package let name: String
    package let value: Value

    package enum Value: Hashable, Sendable {
        /// In which `$(NAME)` stands for another variable.
        case text(String)
        /// Of the pod.
        case field(path: String)
        /// Of a container of the pod, the one itself if none is named.
        case resource(name: String, container: String?, divisor: String)
        case key(ObjectKey.Kind, object: String, key: String, isOptional: Bool)
        /// A file of a volume, or what only later releases of Kubernetes know.
        case unsupported(String)
    }
}

extension EnvironmentVariable: Decodable {
    private enum CodingKeys: CodingKey { case name, value, valueFrom }

    private struct Source: Decodable {
        var fieldRef: Field?
        var resourceFieldRef: Resource?
        var configMapKeyRef: Key?
        var secretKeyRef: Key?
        var fileKeyRef: File?

        struct Field: Decodable { var fieldPath: String }
        struct Resource: Decodable {
            var resource: String
            var containerName: String?
            var divisor: QuantityText?
        }
        struct Key: Decodable {
            var name: String?
            var key: String
            var optional: Bool?
        }
        struct File: Decodable {}

        var value: Value {
            if let fieldRef { return .field(path: fieldRef.fieldPath) }
            if let resource = resourceFieldRef {
                let container = resource.containerName.flatMap { $0.isEmpty ? nil : $0 }
                return .resource(name: resource.resource, container: container, divisor: resource.divisor?.text ?? "1")
            }
            if let key = configMapKeyRef { return Self.value(.configMap, key) }
            if let key = secretKeyRef { return Self.value(.secret, key) }
            return .unsupported(fileKeyRef == nil ? "a source that nodespan doesn't know" : "a file of a volume")
        }

        private static func value(_ kind: ObjectKey.Kind, _ key: Key) -> Value {
            .key(kind, object: key.name ?? "", key: key.key, isOptional: key.optional ?? false)
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        value =
            try container.decodeIfPresent(Source.self, forKey: .valueFrom)?.value
            ?? .text(container.decodeIfPresent(String.self, forKey: .value) ?? "")
    }
}
