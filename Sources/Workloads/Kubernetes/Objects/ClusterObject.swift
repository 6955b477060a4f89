/// An object that the API server keeps.
package protocol ClusterObject: Decodable, Hashable, Sendable {
    var metadata: ObjectMetadata { get }
}

extension Pod: ClusterObject {}
extension Namespace: ClusterObject {}
extension Instrumentation: ClusterObject {}
