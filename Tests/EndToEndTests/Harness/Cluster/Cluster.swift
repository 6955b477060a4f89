import Glibc

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
