import FoundationEssentials

@testable import Workloads

/// A JSON object of texts.
func json(_ texts: [String: String]) -> String {
    let data = (try? JSONEncoder().encode(texts)) ?? Data()
    return String(decoding: data, as: UTF8.self)
}

let podUID = "9f2c7d0e-4a1b-4c3d-8e5f-0123456789ab"

/// The pod `emojivoto/voting-7d9c5b6f4-x2x9z`, as far as it isn't told otherwise.
func samplePod(
    annotations: [String: String] = [:], labels: [String: String] = [:], generateName: String? = "voting-7d9c5b6f4-",
    owners: [OwnerReference] = [], containers: [String] = ["app"], initContainers: [String] = [],
    image: String = "docker.l5d.io/buoyantio/emojivoto-voting-svc:v11", spec: String = "",
    status: String = #""hostIP":"10.0.0.7","podIP":"10.244.1.5","podIPs":[{"ip":"10.244.1.5"},{"ip":"fd00::5"}]"#
) throws -> Pod {
    func list(_ names: [String]) -> String {
        "[" + names.map { #"{"name":"\#($0)","image":"\#(image)"}"# }.joined(separator: ",") + "]"
    }
    let owners = owners.map {
        json(["apiVersion": $0.apiVersion, "kind": $0.kind, "name": $0.name, "uid": $0.uid])
    }
    return try KubernetesJSON.decode(
        from: """
            {"kind":"Pod","metadata":{"name":"voting-7d9c5b6f4-x2x9z","namespace":"emojivoto","uid":"\(podUID)",
             "generateName":"\(generateName ?? "")","labels":\(json(labels)),"annotations":\(json(annotations)),
             "ownerReferences":[\(owners.joined(separator: ","))]},
             "spec":{"nodeName":"node-7","serviceAccountName":"voting","containers":\(list(containers)),
             "initContainers":\(list(initContainers))\(spec)},"status":{\(status)}}
            """.utf8)
}

func sampleNamespace(_ annotations: [String: String] = [:], name: String = "emojivoto") throws -> Namespace {
    try KubernetesJSON.decode(from: #"{"metadata":{"name":"\#(name)","annotations":\#(json(annotations))}}"#.utf8)
}

/// - Parameter spec: what stands between the braces.
func sampleInstrumentation(
    _ name: String = "go", namespace: String = "emojivoto", spec: String = ""
) throws -> Instrumentation {
    try KubernetesJSON.decode(
        from: #"{"metadata":{"name":"\#(name)","namespace":"\#(namespace)"},"spec":{\#(spec)}}"#.utf8)
}
