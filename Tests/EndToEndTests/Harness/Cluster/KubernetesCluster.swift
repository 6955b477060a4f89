import Glibc
import TestSupport

/// A real kube-apiserver, 1.20, with etcd behind it, and the rights that an agent of a cluster has.
final class KubernetesCluster: TestCluster {
    let access: KubernetesAccess
    private let folder: TemporaryFolder
    private let etcd: Etcd
    private let arguments: [String]
    private var server: ChildProcess
    private var front: ClusterStandIn?

    init() throws {
        let program = "\(CacheFolder.path)/kubernetes/kube-apiserver"
        guard Glibc.access(program, X_OK) == 0 else {
            throw NoCluster(errors: "\(program) is missing: run `make test-cluster`")
        }
        let folder = try TemporaryFolder()
        let etcd = try Etcd(suite: "bookworm")
        let port = try DebianProgram.freePort()
        let files = try SelfSignedCertificate(in: folder.path)
        let made = try Command.run(["/usr/bin/openssl", "genrsa", "-out", "\(folder.path)/accounts.key", "2048"])
        guard made.code == 0 else { throw NoCluster(errors: made.errors) }
        try writeFile("\(folder.path)/tokens", Array("administrator,administrator,1,\"system:masters\"\n".utf8))
        arguments =
            [program]
            + [
                "etcd-servers": "http://127.0.0.1:\(etcd.port)", "service-cluster-ip-range": "10.96.0.0/24",
                "bind-address": "127.0.0.1", "secure-port": "\(port)",
                // Not a loopback address, and nothing is sent there.
                "advertise-address": "192.0.2.1", "endpoint-reconciler-type": "none",
                "tls-cert-file": files.certificate, "tls-private-key-file": files.key,
                "token-auth-file": "\(folder.path)/tokens", "authorization-mode": "RBAC",
                "service-account-issuer": "https://kubernetes.default.svc",
                "service-account-signing-key-file": "\(folder.path)/accounts.key",
                "service-account-key-file": "\(folder.path)/accounts.key",
                "disable-admission-plugins": "ServiceAccount",
                "logtostderr": "false", "log-file": "\(folder.path)/log",
            ].map { "--\($0)=\($1)" }
        access = KubernetesAccess(
            url: "https://127.0.0.1:\(port)", authority: files.certificate, tokenFile: "\(folder.path)/token")
        self.folder = folder
        self.etcd = etcd
        server = try ChildProcess(arguments)
        try waitUntilReady()
        for object in Self.rights { try apply(object) }
        try renewToken()
    }

    /// The account of nodespan, and what it may do.
    private static let rights = [
        #"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "nodespan"}}"#,
        account,
        """
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "nodespan"}, "rules": [
         {"apiGroups": [""], "resources": ["pods", "namespaces"], "verbs": ["get", "list", "watch"]},
         {"apiGroups": ["opentelemetry.io"], "resources": ["instrumentations"], "verbs": ["get", "list", "watch"]},
         {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": ["get"]},
         {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["get"]},
         {"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": ["create", "patch"]},
         {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["tracing"], "verbs": ["get"]}]}
        """,
        """
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "nodespan"},
         "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "nodespan"},
         "subjects": [{"kind": "ServiceAccount", "namespace": "nodespan", "name": "nodespan"}]}
        """,
    ]

    private static let account = """
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nodespan", "namespace": "nodespan"}}
        """

    func faulty() throws -> ClusterStandIn {
        let known = try front ?? ClusterStandIn(before: access)
        front = known
        return known
    }

    func defineInstrumentations() throws {
        try apply(
            """
            {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
             "metadata": {"name": "instrumentations.opentelemetry.io"}, "spec": {
             "group": "opentelemetry.io", "scope": "Namespaced",
             "names": {"kind": "Instrumentation", "plural": "instrumentations", "singular": "instrumentation"},
             "versions": [{"name": "v1alpha1", "served": true, "storage": true, "schema": {
              "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}}
            """)
        try wait(for: "Instrumentations") {
            (try? ask("GET", "/apis/opentelemetry.io/v1alpha1/instrumentations")) != nil
        }
    }

    func apply(_ object: JSONValue) throws -> String {
        let metadata = object["metadata"]
        guard let kind = object["kind"]?.string.flatMap(ObjectKind.init(rawValue:)),
            let name = metadata?["name"]?.string
        else { throw NoCluster(errors: "can't be applied: \(object.text)") }
        let path = kind.path(namespace: metadata?["namespace"]?.string ?? "", name: name)
        let applied = try ask(
            "PATCH", "\(path)?fieldManager=test&force=true", type: "application/apply-patch+yaml", object.text)
        if let status = object["status"] {
            try ask(
                "PATCH", "\(path)/status", type: "application/merge-patch+json",
                JSONValue.object(["status": status]).text)
        }
        return applied["metadata"]?["uid"]?.string ?? ""
    }

    func delete(_ kind: ObjectKind, _ namespace: String, _ name: String) throws {
        try ask("DELETE", "\(kind.path(namespace: namespace, name: name))?gracePeriodSeconds=0")
    }

    func events(in namespace: String) throws -> [JSONValue] {
        guard case .array(let events) = try ask("GET", "/apis/events.k8s.io/v1/namespaces/\(namespace)/events")["items"]
        else { return [] }
        return events
    }

    /// Tokens of an account that is gone aren't taken, nor those of an account of its name that was there before.
    func revokeToken() throws {
        try delete(.serviceAccount, "nodespan", "nodespan")
        try apply(Self.account)
    }

    func renewToken() throws {
        let answer = try ask(
            "POST", "\(ObjectKind.serviceAccount.path(namespace: "nodespan", name: "nodespan"))/token",
            type: "application/json", #"{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}"#
        )
        try writeFile(access.tokenFile, Array((answer["status"]?["token"]?.string ?? "").utf8))
    }

    func stop() {
        server.kill()
        _ = server.wait()
    }

    func restart() throws {
        server = try ChildProcess(arguments)
        try waitUntilReady()
    }

    func freeze(_ isFrozen: Bool) { server.send(isFrozen ? SIGSTOP : SIGCONT) }

    private func waitUntilReady() throws {
        try wait(for: "the API server") { (try? curl("GET", "/readyz", type: "", "")) == "ok" }
    }

    private func wait(for what: String, until isThere: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try !isThere() {
            guard ContinuousClock.now < deadline else { throw NoCluster(errors: "no \(what)") }
            usleep(100_000)
        }
    }

    /// As an administrator.
    @discardableResult
    private func ask(_ method: String, _ path: String, type: String = "", _ body: String = "") throws -> JSONValue {
        try JSONValue(Array(curl(method, path, type: type, body).utf8))
    }

    private func curl(_ method: String, _ path: String, type: String, _ body: String) throws -> String {
        let answer = try Command.run(
            ["/usr/bin/curl", "-sS", "--fail-with-body", "-X", method, "--cacert", access.authority]
                + ["-H", "Authorization: Bearer administrator"]
                + (body.isEmpty ? [] : ["-H", "Content-Type: \(type)", "--data-binary", body])
                + ["\(access.url)\(path)"])
        guard answer.code == 0 else { throw NoCluster(errors: "\(method) \(path): \(answer.errors)\(answer.output)") }
        return answer.output
    }
}
