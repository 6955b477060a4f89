import Workloads

@testable import Agent

/// A pod that asks for `inject-go`, and the Instrumentation that it names.
enum SampleObjects {
    static func pod() throws -> Pod {
        try KubernetesJSON.decode(
            from: """
                {"metadata":{"name":"web-0","namespace":"shop","uid":"u","annotations":{
                 "instrumentation.opentelemetry.io/inject-go":"go"}},"spec":{"containers":[{"name":"web"}]},
                 "status":{"hostIP":"10.0.0.7","podIP":"10.244.1.5"}}
                """.utf8)
    }

    /// - Parameter spec: what stands between the braces.
    static func instrumentation(_ spec: String) throws -> Instrumentation {
        try KubernetesJSON.decode(from: #"{"metadata":{"name":"go","namespace":"shop"},"spec":{\#(spec)}}"#.utf8)
    }
}
