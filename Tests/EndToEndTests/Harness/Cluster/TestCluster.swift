import TestSupport

/// A cluster whose only node with an agent is "node-1": the same tests run on a stand-in and on a real one.
protocol TestCluster: AnyObject {
    /// How the agent reaches the API server, with no more rights than it needs.
    var access: KubernetesAccess { get }

    /// Something between the agent and the API server that can be told to go wrong.
    func faulty() throws -> ClusterStandIn

    /// From now on the cluster knows Instrumentations.
    func defineInstrumentations() throws

    /// Creates an object, or makes it what it is to be; of a pod also the status.
    /// - Returns: its UID.
    @discardableResult func apply(_ object: JSONValue) throws -> String

    func delete(_ kind: ObjectKind, _ namespace: String, _ name: String) throws

    /// The events on objects of a namespace, so far.
    func events(in namespace: String) throws -> [JSONValue]

    /// Has the agent's token be refused.
    func revokeToken() throws

    /// Puts a token into the agent's file that is taken.
    func renewToken() throws

    /// Ends the API server, as when its machine is gone.
    func stop() throws

    /// Starts it where it was.
    func restart() throws

    /// Has it neither answer nor end connections, or go on.
    func freeze(_ isFrozen: Bool)
}

extension TestCluster {
    @discardableResult func apply(_ object: String) throws -> String { try apply(JSONValue(Array(object.utf8))) }
}
