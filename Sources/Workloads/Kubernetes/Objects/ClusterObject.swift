/// An object that the API server keeps.
package protocol ClusterObject: Decodable, Hashable, Sendable {
    var metadata: ObjectMetadata { get }
    /// False where it makes no difference whether it exists.
    var isOfUse: Bool { get }
}

extension ClusterObject {
    package var isOfUse: Bool { true }
}

extension Pod: ClusterObject {}
extension Instrumentation: ClusterObject {}

extension Namespace: ClusterObject {
    package var isOfUse: Bool { !metadata.annotations.isEmpty }
}
