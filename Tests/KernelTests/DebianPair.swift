/// Programs of Debian's, one of which makes requests that the other serves; by what the step of Tests/Fixtures/guest/lab is
/// called.
enum DebianPair: String, CaseIterable {
    case etcd, prometheus, caddy, containerd

    /// What they are taken out of: packages and executables.
    var files: [(package: String, name: String)] {
        switch self {
        case .etcd: [("etcd-server", "etcd"), ("etcd-client", "etcdctl")]
        case .prometheus: [("prometheus", "prometheus")]
        case .caddy: [("caddy", "caddy")]
        case .containerd: [("containerd", "containerd"), ("containerd", "ctr")]
        }
    }

    /// `service.name` of the client's spans, and of the server's.
    var services: (client: String, server: String) {
        switch self {
        case .etcd: ("etcdctl", "etcd")
        case .prometheus: ("prometheus", "prometheus")
        case .caddy: ("caddy", "caddy")
        case .containerd: ("ctr", "containerd")
        }
    }

    /// What the requests are that are wanted, as spans of both kinds tell it.
    var request: [String: String] {
        switch self {
        case .etcd: ["rpc.service": "etcdserverpb.KV", "rpc.method": "Put"]
        case .prometheus, .caddy: ["http.request.method": "GET", "network.protocol.version": "1.1"]
        case .containerd: ["rpc.service": "containerd.services.namespaces.v1.Namespaces", "rpc.method": "Create"]
        }
    }

    /// How many of these there are at least.
    var requests: Int {
        switch self {
        case .etcd, .containerd: 1
        case .prometheus: 2
        case .caddy: 3
        }
    }
}
