/// What a cluster keeps.
enum ObjectKind: String {
    case namespace = "Namespace"
    case pod = "Pod"
    case configMap = "ConfigMap"
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
        case .configMap: "/api/v1/\(inNamespace)configmaps/\(name)"
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
