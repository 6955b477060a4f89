/// Which pod: the UID tells it from another of the same name.
package struct PodReference: Hashable, Sendable {
    package let namespace: String
    package let name: String
    package let uid: String

    package init(namespace: String, name: String, uid: String) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }
}

extension Pod {
    package var reference: PodReference {
        PodReference(namespace: metadata.namespace, name: metadata.name, uid: metadata.uid)
    }
}
