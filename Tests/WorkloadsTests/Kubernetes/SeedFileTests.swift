import TestSupport
import Testing
import Yams

@testable import Workloads

/// Tests/Fixtures/seed: what people have in their files, before an API server has seen it.
@Suite struct `The guide's file` {
    private struct Deployment: Decodable {
        struct Specification: Decodable { var template: Pod }
        var spec: Specification
    }

    private static func documents() throws -> [Node] {
        let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        let text = String(decoding: try readFile("\(folder)/Fixtures/seed/seed-example.yaml"), as: UTF8.self)
        return Array(try Yams.compose_all(yaml: text))
    }

    @Test func `has an Instrumentation that means what the API server's means`() throws {
        let node = try #require(try Self.documents().first)
        let found = try YAMLDecoder().decode(Instrumentation.self, from: node)
        let served: Instrumentation = try KubernetesJSON.decode(from: Seed.instrumentation.utf8)
        #expect(found.path == served.path && found.resource == served.resource && found.sampler == served.sampler)
        #expect(found.environment == served.environment && found.goEnvironment == served.goEnvironment)
        #expect(found.exporter == served.exporter && found.propagators == served.propagators)
        #expect(found.environment.count == 1 && found.resource.hasUIDs && found.sampler.type == "always_on")
    }

    @Test func `asks for the program of its first container, and not for the sidecar`() throws {
        let documents = try Self.documents()
        let instrumentation = try YAMLDecoder().decode(Instrumentation.self, from: try #require(documents.first))
        let pod = try YAMLDecoder().decode(Deployment.self, from: try #require(documents.last)).spec.template
        let wishes = PodWishes(pod: pod, namespace: nil, instrumentations: [instrumentation])
        #expect(pod.containers.map(\.name) == ["voting-svc", "emojivoto-voting-instrumentation"])
        #expect(wishes.wishes.map(\.container) == ["voting-svc"] && wishes.refusals.isEmpty)
        #expect(wishes.wishes.first?.triggers == [.sdk])
        #expect(pod.containers.first?.requests == ["cpu": "100m"])
    }
}
