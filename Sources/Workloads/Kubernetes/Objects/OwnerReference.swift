/// An object that another one belongs to (meta/v1, OwnerReference), always of the same namespace or of none.
package struct OwnerReference: Hashable, Sendable {
    /// "apps/v1".
    package let apiVersion: String
    package let kind: String
    package let name: String
    package let uid: String

    package init(apiVersion: String, kind: String, name: String, uid: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
    }
}

extension OwnerReference: Decodable {}
