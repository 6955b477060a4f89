/// The namespace shop, and what is in it.
enum ShopObjects {
    static let namespace = #"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}"#
    static let wanted = ["instrumentation.opentelemetry.io/inject-go": "true"]

    /// A pod of the ReplicaSet front-5c9f.
    /// - Parameter containerID: nil before the container has started.
    static func pod(_ name: String, containerID: String? = nil, annotations: [String: String] = wanted) -> String {
        let annotations = annotations.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ",")
        return """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "\(name)", "namespace": "shop",
             "labels": {"pod-template-hash": "5c9f"}, "annotations": {\(annotations)},
             "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "front-5c9f", "uid": "r"}]},
             "spec": {"nodeName": "node-1", "containers": [{"name": "front", "image": "shop/front:1.2"}]}
             \(containerID.map { ", \(status($0, container: "front"))" } ?? "")}
            """
    }

    /// What the kubelet says of a pod, as a member of it.
    static func status(_ containerID: String, container: String) -> String {
        """
        "status": {"phase": "Running", "containerStatuses": [{"name": "\(container)", "image": "", "imageID": "",
         "ready": true, "restartCount": 0, "containerID": "containerd://\(containerID)"}]}
        """
    }

    /// - Parameter spec: what stands between the braces.
    static func instrumentation(_ spec: String) -> String {
        """
        {"apiVersion": "opentelemetry.io/v1alpha1", "kind": "Instrumentation",
         "metadata": {"name": "go", "namespace": "shop"}, "spec": {\(spec)}}
        """
    }
}
