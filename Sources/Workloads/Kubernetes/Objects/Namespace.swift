/// A namespace, whose annotations hold for the pods in it.
package struct Namespace: Hashable, Sendable, Decodable {
    package let metadata: ObjectMetadata
}
