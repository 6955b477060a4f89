import TestSupport
import Testing

extension EndToEnd {
    /// containerd, runc and overlayfs are real; the API server is a stand-in.
    @Suite(.enabled(if: OverlayMounts.obstacle == nil, "\(OverlayMounts.obstacle ?? "")"))
    struct `The agent of a node with containers` {
        private static let front = "7c1d2e3f-0a1b-4c2d-8e3f-405162738495"
        private static let shop = "8c1d2e3f-0a1b-4c2d-8e3f-405162738495"
        private static let machine = "ac1d2e3f-0a1b-4c2d-8e3f-405162738495"
        private static let back = "9c1d2e3f-0a1b-4c2d-8e3f-405162738495"

        /// - Parameter containerID: nil before the container's status is known.
        private static func pod(
            _ name: String, uid: String, containerID: String?, isWanted: Bool = true
        ) -> String {
            let annotations = isWanted ? "\"instrumentation.opentelemetry.io/inject-go\": \"true\"" : ""
            let status = containerID.map { "{\"name\": \"\(name)\", \"containerID\": \"containerd://\($0)\"}" } ?? ""
            return """
                {"kind": "Pod", "metadata": {"name": "\(name)-0", "namespace": "shop", "uid": "\(uid)",
                 "annotations": {\(annotations)}},
                 "spec": {"nodeName": "node-1", "containers": [{"name": "\(name)", "image": "\(Containerd.image)"}]},
                 "status": {"containerStatuses": [\(status)]}}
                """
        }

        /// A server that is a child of one.
        private static func pair(_ child: String) -> [String] {
            ["/bin/sh", "-c", "/bin/\(child) & exec /bin/server"]
        }

        @Test func `traces what containers of annotated pods start, and keeps none of them from being deleted`() throws
        {
            // Of the same release as the machine's runc.
            let containerd = try Containerd(suite: DebianProgram.suites[0])
            let binary = try GoToolchain.newest.build("httpserver", mode: .stripped)
            try containerd.makeImage(of: ["/bin/server": binary, "/bin/other": binary, "/bin/sh": "/bin/busybox"])
            let cluster = try ClusterStandIn()
            var collector = try Collector()
            var agent = try RunningAgent(
                "apiVersion: nodespan/v1\ndestinations: [{name: near, endpoint: \"\(collector.url)\"}]\n",
                options: ["--kubeconfig", cluster.kubeconfig(), "--node-name", "node-1"])
            let instrumentation =
                #"{"kind": "Instrumentation", "metadata": {"name": "go", "namespace": "shop"}, "spec": {}}"#
            let shopID = RunningContainer.newID()

            // One is known by its mounts alone; one is started under the agent's eyes, and shares its pod's processes.
            var front = try RunningContainer(
                Self.pair("server"), listening: 2, by: containerd, pod: Self.front, named: "front")
            let back = try RunningContainer(
                Self.pair("other"), listening: 2, by: containerd, pod: Self.back, named: "back", group: .mismatched)
            let pods = [
                Self.pod("front", uid: Self.front, containerID: nil),
                Self.pod("shop", uid: Self.shop, containerID: shopID),
                Self.pod("machine", uid: Self.machine, containerID: nil),
                Self.pod("back", uid: Self.back, containerID: back.id, isWanted: false),
            ]
            try cluster.control("{\"apply\": [\(([instrumentation] + pods).joined(separator: ", "))]}")
            try agent.wait(for: "container front", count: 2)
            let pause = try RunningContainer(
                ["/bin/sh", "-c", "echo listening nowhere:0 && exec sleep 600"], by: containerd, pod: Self.shop,
                group: .systemd)
            // One of its two servers is adopted by the pod's first process, which is none of the container's.
            let shop = try RunningContainer(
                ["/bin/sh", "-c", "(/bin/server &) && exec /bin/server"], listening: 2, by: containerd, pod: Self.shop,
                id: shopID, group: .systemd,
                options: ["--with-ns", "pid:/proc/\(pause.pid)/ns/pid"])
            // As Kata Containers has it.
            let machine = try PodGroup(uid: Self.machine)
            let monitor = "/usr/bin/qemu-system-x86_64 -machine none -nodefaults -display none -S"
            let virtual = try ChildProcess(["/bin/sh", "-c", "\(machine.joining) && exec \(monitor)"])
            try agent.wait(for: "machine-0: not traced: qemu-system-x86_64 keeps its containers in a virtual machine")
            virtual.kill()
            try agent.wait(for: "of shop/shop-0, container shop", count: 2)
            #expect(try shop.children.isEmpty)
            let enteredFront = try front.enter("/bin/server")
            let enteredShop = try shop.enter("/bin/server")
            try agent.wait(for: "into container front from outside")
            try agent.wait(for: "into container shop from outside")
            #expect(try ProgramText(of: shop.pid).differences() > 0)
            #expect(try ProgramText(of: #require(back.children.first)).differences() == 0)

            for port in [enteredFront.port, enteredShop.port] + back.ports { try get("/hello?unwanted", port) }
            for port in front.ports { try get("/hello?front-\(port)", port) }
            try get("/hello?shop-adopted", shop.ports[1])
            try get("/hello?shop-first", shop.ports[0])
            var sent = front.ports.map { "front-\($0)" } + ["shop-adopted", "shop-first"]
            var connection = try RawHTTP(port: shop.ports[0])
            func load(_ count: Int) throws {
                for _ in 0..<count {
                    sent.append("shop-\(sent.count)")
                    try connection.send(RawHTTP.request("GET", "/hello?shop-\(sent.count - 1)"))
                    _ = try connection.receive()
                }
            }
            try load(100)
            try front.kill()
            let deadline = ContinuousClock.now + .seconds(5)
            var status: Int32?
            var isMounted = true
            while status == nil || isMounted, ContinuousClock.now < deadline {
                try load(5)
                status = front.end()
                isMounted = try front.isMounted
            }
            #expect(status == 128 + 9 && !isMounted)
            #expect(try !containerd.control("container", "ls").output.contains(front.id))
            try load(100)

            let trace = try agent.stop()
            let spans = try collector.requests(atLeast: 1).flatMap(\.spans).map(\.span)
            let queries = spans.compactMap { $0["attributes"]?["url.query"] }
            #expect(Set(queries) == Set(sent.map(JSONValue.string)) && queries.count == sent.count, "\(trace.errors)")
            #expect(trace.summary.begun == sent.count && trace.summary.lost == 0 && trace.summary.isBalanced)
            for span in spans {
                guard case .string(let query)? = span["attributes"]?["url.query"] else { continue }
                let name = String(query.prefix { $0 != "-" })
                let expected = [
                    "service.name": "\(name)-0", "k8s.namespace.name": "shop", "k8s.pod.name": "\(name)-0",
                    "k8s.container.name": name, "k8s.node.name": "node-1",
                ]
                for (key, value) in expected { #expect(span["resource"]?[key] == .string(value), "\(key)") }
            }
            #expect(agent.count(of: "from outside") == 2 && agent.count(of: "runc") == 0, "\(trace.errors)")
        }
    }
}
