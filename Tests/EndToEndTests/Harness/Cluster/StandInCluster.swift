import TestSupport

/// The stand-in for an API server.
final class StandInCluster: TestCluster {
    private let server: ClusterStandIn

    init() throws {
        server = try ClusterStandIn()
        try server.control("{\"absent\": [\"Instrumentation\"]}")
    }

    var access: KubernetesAccess { server.access }

    func faulty() -> ClusterStandIn { server }

    func defineInstrumentations() throws { try server.control("{\"absent\": []}") }

    func apply(_ object: JSONValue) throws -> String {
        let answer = try server.control("{\"apply\": [\(object.text)]}")
        guard case .array(let uids) = answer["uids"], let uid = uids.first?.string else {
            throw NoCluster(errors: answer.text)
        }
        return uid
    }

    func delete(_ kind: ObjectKind, _ namespace: String, _ name: String) throws {
        try server.control("{\"delete\": [\"\(kind.rawValue)/\(namespace)/\(name)\"]}")
    }

    func events(in namespace: String) throws -> [JSONValue] {
        try server.events(atLeast: 0).filter { $0["metadata"]?["namespace"]?.string == namespace }
    }

    func revokeToken() throws { try server.control("{\"token\": \"second\"}") }

    func renewToken() throws { try writeFile(access.tokenFile, Array("second\n".utf8)) }

    func stop() { server.stop() }

    func restart() throws { try server.restart() }

    func freeze(_ isFrozen: Bool) { server.freeze(isFrozen) }
}
