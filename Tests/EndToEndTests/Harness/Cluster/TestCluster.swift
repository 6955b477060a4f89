import Glibc
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

    func delete(_ kind: ClusterKind, _ namespace: String, _ name: String) throws

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

/// What a cluster keeps.
enum ClusterKind: String {
    case namespace = "Namespace"
    case pod = "Pod"
    case serviceAccount = "ServiceAccount"
    case instrumentation = "Instrumentation"
    case deployment = "Deployment"
    case replicaSet = "ReplicaSet"
    case definition = "CustomResourceDefinition"
    case role = "ClusterRole"
    case binding = "ClusterRoleBinding"

    /// Where a real API server has it.
    func path(namespace: String, name: String) -> String {
        let inNamespace = "namespaces/\(namespace)/"
        return switch self {
        case .namespace: "/api/v1/namespaces/\(name)"
        case .pod: "/api/v1/\(inNamespace)pods/\(name)"
        case .serviceAccount: "/api/v1/\(inNamespace)serviceaccounts/\(name)"
        case .instrumentation: "/apis/opentelemetry.io/v1alpha1/\(inNamespace)instrumentations/\(name)"
        case .deployment: "/apis/apps/v1/\(inNamespace)deployments/\(name)"
        case .replicaSet: "/apis/apps/v1/\(inNamespace)replicasets/\(name)"
        case .definition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/\(name)"
        case .role: "/apis/rbac.authorization.k8s.io/v1/clusterroles/\(name)"
        case .binding: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/\(name)"
        }
    }
}

/// The clusters that tests run on: a stand-in, and with NODESPAN_CLUSTER=kubernetes a real API server, too.
enum Cluster: String, CaseIterable {
    case standIn
    case kubernetes

    static let tested = getenv("NODESPAN_CLUSTER").map { String(cString: $0) } == "kubernetes" ? allCases : [.standIn]

    /// How long the API server is missed, where there is time for that.
    static let seconds = getenv("NODESPAN_CLUSTER_SECONDS").flatMap { Int(String(cString: $0)) }

    /// - Parameter isDefined: whether it knows Instrumentations.
    func start(isDefined: Bool = true) throws -> any TestCluster {
        let cluster: any TestCluster = self == .standIn ? try StandInCluster() : try KubernetesCluster()
        if isDefined { try cluster.defineInstrumentations() }
        return cluster
    }
}
