import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A pod's own receiver` {
        /// Carries connections to a port of the network that it is in to a Unix socket, which all networks have.
        private static let relay = """
            import socket, sys, threading
            def copy(source, sink):
                while data := source.recv(65536):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)
            server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
            print("ready", flush=True)
            while True:
                near = server.accept()[0]
                far = socket.socket(socket.AF_UNIX)
                far.connect(sys.argv[2])
                for pair in [(near, far), (far, near)]:
                    threading.Thread(target=copy, args=pair, daemon=True).start()
            """

        /// Network and file system are the pod's own; its certificate is nowhere else.
        @Test(arguments: [Collector.Speech.http, .grpc])
        func `is reached on its loopback, by its own files`(speech: Collector.Speech) throws {
            let cluster = try ClusterStandIn()
            let folder = try TemporaryFolder()
            let certificate = try SelfSignedCertificate(in: folder.path)
            let pem = "\(folder.path)/both.pem"
            try writeFile(pem, readFile(certificate.certificate) + readFile(certificate.key))
            let socket = "\(folder.path)/otlp.sock"
            var collector = try Collector(speaks: speech, certificate: pem, socketPath: socket)
            let near = try Collector()
            var agent = try RunningAgent(
                "apiVersion: nodespan/v1\ndestinations: [{name: near, endpoint: \"\(near.url)\"}]\n",
                options: ["--kubeconfig", cluster.kubeconfig(), "--node-name", "node-1"])
            let binary = try agent.install(GoToolchain.newest.build("httpserver", mode: .stripped), as: "server")
            let uid = "6e1d2e3f-0a1b-4c2d-8e3f-405162738495"
            let port = speech == .grpc ? 4317 : 4318
            let files = "mount -t tmpfs none /mnt && cp \(certificate.certificate) /mnt/ca.crt"
            let front = try PodProcess(
                binary: "/usr/bin/unshare",
                arguments: [
                    "--net", "--mount", "/bin/sh", "-c", "\(files) && ip link set lo up && exec \"$@\"", "sh", binary,
                ], uid: uid,
                environment: [
                    "OTEL_EXPORTER_OTLP_ENDPOINT": "https://127.0.0.1:\(port)",
                    "OTEL_EXPORTER_OTLP_CERTIFICATE": "/mnt/ca.crt", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
                ])
            let inside = ["/usr/bin/nsenter", "--net=/proc/\(front.server.pid)/ns/net", "/usr/bin/env"]
            let relay = try ChildProcess(inside + ["python3", "-c", Self.relay, "\(port)", socket])
            var printed = GatheredOutput(of: relay)
            printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
            try #require(printed.outputText.contains("ready"), "\(printed.errorText)")
            let pod = """
                {"kind": "Pod", "metadata": {"name": "front-1", "namespace": "shop", "uid": "\(uid)",
                 "annotations": {"instrumentation.opentelemetry.io/inject-go": "true"}},
                 "spec": {"nodeName": "node-1", "containers": [{"name": "front", "image": "shop/front:1"}]},
                 \(ShopObjects.status(front.containerID, container: "front"))}
                """
            let instrumentation = ShopObjects.instrumentation("")
            try cluster.control("{\"apply\": [\(ShopObjects.namespace), \(instrumentation), \(pod)]}")
            try agent.wait(for: "(pid \(front.server.pid), ")
            let url = "http://127.0.0.1:\(front.server.port)/hello?own"
            #expect(try Command.run(inside + ["curl", "-fsS", url], limit: .seconds(20)).code == 0)
            let spans = try collector.requests(atLeast: 1).flatMap(\.spans).map(\.span)
            let trace = try agent.stop()
            #expect(spans.map { $0["attributes"]?["url.query"] } == [.string("own")], "\(trace.errors)")
            let destination = try #require(trace.summary.destinations.first { $0.spans > 0 })
            #expect(destination.endpoint.hasPrefix("https://127.0.0.1:\(port)") && destination.exported == 1)
            #expect(trace.summary.begun == 1 && trace.summary.isBalanced, "\(trace.errors)")
        }
    }
}
