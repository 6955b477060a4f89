import TestSupport
import Yams

/// The guide of 2023 that nodespan replaces, word for word: its Instrumentation, and its Deployment without the sidecar.
struct SeedObjects {
    let instrumentation: JSONValue
    let deployment: JSONValue

    init() throws {
        let folder = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 } + "/Fixtures/seed"
        instrumentation = try Self.read("\(folder)/instrumentation.yaml")
        deployment = try Self.read("\(folder)/deployment.yaml")
    }

    /// Of the endpoint that the Instrumentation names, for gRPC.
    var collectorHost: String {
        let endpoint = instrumentation.text.split(separator: "\"").first { $0.hasPrefix("http://") }
        return String(endpoint?.dropFirst("http://".count).prefix { $0 != ":" } ?? "")
    }

    private static func read(_ path: String) throws -> JSONValue {
        guard let node = try compose(yaml: String(decoding: readFile(path), as: UTF8.self)) else {
            throw NoCluster(errors: "\(path) is empty")
        }
        return JSONValue(node)
    }

    /// The ReplicaSet that the Deployment's controller would make.
    func replicaSet(owner uid: String) -> String {
        """
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "voting-7d9c5b6f4", "namespace": "emojivoto",
         "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "voting", "uid": "\(uid)",
          "controller": true}]},
         "spec": {"selector": {"matchLabels": {"app": "voting-svc"}}, "template": \(template.text)}}
        """
    }

    /// The pod that the ReplicaSet's controller would make, on node-1.
    func pod(owner uid: String, containerID: String?) -> String {
        let spec = template["spec"]?["containers"]?.text ?? ""
        let labels = template["metadata"]?["labels"]?.text.dropLast() ?? ""
        return """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "voting-7d9c5b6f4-x2x9z", "namespace": "emojivoto",
             "generateName": "voting-7d9c5b6f4-", "labels": \(labels), "pod-template-hash": "7d9c5b6f4"},
             "annotations": \(template["metadata"]?["annotations"]?.text ?? ""),
             "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "voting-7d9c5b6f4",
              "uid": "\(uid)", "controller": true}]},
             "spec": {"nodeName": "node-1", "containers": \(spec)}
             \(containerID.map { ", \(ShopObjects.status($0, container: "voting-svc"))" } ?? "")}
            """
    }

    private var template: JSONValue { deployment["spec"]?["template"] ?? .object([:]) }
}

extension JSONValue {
    /// What YAML says, by the types that it gives its scalars.
    init(_ node: Node) {
        switch node {
        case .mapping(let mapping):
            self = .object(Dictionary(mapping.map { ($0.key.string ?? "", JSONValue($0.value)) }) { $1 })
        case .sequence(let sequence): self = .array(sequence.map { JSONValue($0) })
        case .scalar(let scalar):
            if node.tag == Tag(.bool), let value = node.bool {
                self = .bool(value)
            } else if node.tag == Tag(.int), let value = node.int {
                self = .integer(Int64(value))
            } else {
                self = .string(scalar.string)
            }
        case .alias: self = .string("")
        }
    }
}
