/// An entry of a ConfigMap or a Secret.
package struct ObjectKey: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case configMap = "ConfigMap"
        case secret = "Secret"
    }

    package let kind: Kind
    package let namespace: String
    package let name: String
    package let key: String

    package init(_ kind: Kind, namespace: String, name: String, key: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.key = key
    }
}

extension ObjectKey: CustomStringConvertible {
    package var description: String { "the key '\(key)' of the \(kind.rawValue) \(namespace)/\(name)" }
}
