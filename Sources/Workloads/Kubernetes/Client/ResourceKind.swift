/// A kind of object to be followed, and which of them.
package struct ResourceKind: Hashable, Sendable {
    /// In messages: "pods".
    package let name: String
    let path: String
    /// Of a query; empty for all.
    let selector: String

    /// Those of one node.
    package static func pods(ofNode node: String) -> ResourceKind {
        ResourceKind(name: "pods", path: "/api/v1/pods", selector: "&fieldSelector=spec.nodeName%3D\(node)")
    }

    package static let namespaces = ResourceKind(name: "namespaces", path: "/api/v1/namespaces", selector: "")
    package static let instrumentations = ResourceKind(
        name: "instrumentations", path: "/apis/opentelemetry.io/v1alpha1/instrumentations", selector: "")
}
