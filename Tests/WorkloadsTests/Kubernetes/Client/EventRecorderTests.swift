import Synchronization
import TestSupport
import Testing

@testable import Workloads

@Suite(.serialized) struct `Events on pods` {
    /// A recorder of a stand-in's events, with a clock of its own.
    private final class Setup: Sendable {
        let recorder: EventRecorder
        private let server: APIServer
        private let running: Task<Void, Never>
        private let time: Time
        private let heard: Heard

        private final class Time: Sendable {
            let passed = Mutex(Duration.zero)
            let start = ContinuousClock.now
        }

        private final class Heard: Sendable {
            let texts = Mutex<[String]>([])
        }

        init(_ cluster: borrowing ClusterStandIn, node: String = "node-1") throws {
            let time = Time()
            let heard = Heard()
            server = APIServer(try ClusterAccess.kubeconfig(cluster.kubeconfig()), userAgent: "test")
            let recorder = EventRecorder(
                server, node: node, now: { time.start + time.passed.withLock { $0 } },
                report: { notice in
                    let text =
                        switch notice {
                        case .forbidden(let message): "forbidden: \(message)"
                        case .failed(let failure): "failed: \(failure)"
                        }
                    heard.texts.withLock { $0.append(text) }
                })
            self.recorder = recorder
            self.time = time
            self.heard = heard
            running = Task { await recorder.run() }
        }

        deinit {
            running.cancel()
            Task { [server] in await server.shutdown() }
        }

        var notices: [String] { heard.texts.withLock { $0 } }

        func pass(_ duration: Duration) { time.passed.withLock { $0 += duration } }

        func wait(until isSo: (Setup) -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(90)
            while !isSo(self) {
                try #require(ContinuousClock.now < deadline, "\(notices) \(recorder.losses)")
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    /// As soon as so many were taken. Nothing is waited for in between that the recorder needs.
    private static func events(_ cluster: borrowing ClusterStandIn, atLeast count: Int) async throws -> [JSONValue] {
        let deadline = ContinuousClock.now + .seconds(90)
        while try cluster.counts()["taken"] ?? 0 < count {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(20))
        }
        return try cluster.events(atLeast: 0)
    }

    private static func event(_ note: String, pod: String = "front-1", of namespace: String = "shop") -> PodEvent {
        PodEvent(
            pod: PodReference(namespace: namespace, name: pod, uid: "u-\(pod)"), reason: "UnknownInstrumentation",
            action: "Trace", note: note)
    }

    @Test func `are there once, and are counted up while what they tell of goes on`() async throws {
        let cluster = try ClusterStandIn()
        let setup = try Setup(cluster)
        for _ in 0..<5 { setup.recorder.record(Self.event("no such thing")) }
        let first = try #require(try await Self.events(cluster, atLeast: 1).first)
        let expected = [
            "reason": "UnknownInstrumentation", "action": "Trace", "type": "Warning", "note": "no such thing",
            "reportingController": "nodespan", "reportingInstance": "node-1",
        ]
        for (key, value) in expected { #expect(first[key] == .string(value), "\(key)") }
        #expect(
            first["regarding"]
                == .object([
                    "apiVersion": .string("v1"), "kind": .string("Pod"), "namespace": .string("shop"),
                    "name": .string("front-1"), "uid": .string("u-front-1"),
                ]))
        #expect(first["series"] == nil)

        setup.pass(.seconds(1799))
        setup.recorder.record(Self.event("no such thing"))
        setup.recorder.record(Self.event("another"))
        #expect(try await Self.events(cluster, atLeast: 2).allSatisfy { $0["series"] == nil })
        setup.pass(.seconds(1))
        setup.recorder.record(Self.event("no such thing"))
        let all = try await Self.events(cluster, atLeast: 3)
        #expect(all.count == 2 && all.compactMap { $0["series"]?["count"] } == [.integer(7)])

        // One that the server has forgotten is there again.
        try cluster.control("{\"forget\": true}")
        setup.pass(.seconds(1800))
        setup.recorder.record(Self.event("no such thing"))
        #expect(try await Self.events(cluster, atLeast: 4).map { $0["note"] } == [.string("no such thing")])
        // Another agent, or this one after a restart, doesn't say it once more.
        let next = try Setup(cluster)
        next.recorder.record(Self.event("no such thing"))
        next.recorder.record(Self.event("last"))
        #expect(try await Self.events(cluster, atLeast: 5).count == 2)
        #expect(setup.notices.isEmpty && setup.recorder.losses.isEmpty && next.notices.isEmpty)
        #expect(try cluster.counts()["refused"] == 0)
    }

    @Test func `are few, of one pod and of all`() async throws {
        let cluster = try ClusterStandIn()
        let setup = try Setup(cluster)
        for number in 0..<30 { setup.recorder.record(Self.event("\(number)")) }
        #expect(try await Self.events(cluster, atLeast: 10).count == 10)
        #expect(setup.recorder.losses == [.rate: 20])
        setup.pass(.seconds(60))
        for number in 0..<30 { setup.recorder.record(Self.event("\(number)")) }
        #expect(try await Self.events(cluster, atLeast: 11).count == 11)
        for number in 0..<100 { setup.recorder.record(Self.event("all", pod: "p\(number)")) }
        // 50 at once, of which one went a moment ago.
        #expect(try await Self.events(cluster, atLeast: 11 + 49).count == 11 + 49)
        #expect(setup.recorder.losses == [.rate: 20 + 19 + 51])
    }

    @Test func `are left alone where they are forbidden, until they are allowed`() async throws {
        let cluster = try ClusterStandIn()
        try cluster.control("{\"forbidden\": [\"create events\"]}")
        let setup = try Setup(cluster)
        setup.recorder.record(Self.event("a"))
        try await setup.wait { !$0.notices.isEmpty }
        for _ in 0..<3 { setup.recorder.record(Self.event("b")) }
        setup.pass(.seconds(300))
        setup.recorder.record(Self.event("c"))
        try await setup.wait { $0.recorder.losses[.failed] == 2 }
        #expect(setup.notices.count == 1 && setup.notices[0].hasPrefix("forbidden: "))
        try cluster.control("{\"forbidden\": []}")
        setup.pass(.seconds(300))
        setup.recorder.record(Self.event("d"))
        #expect(try await Self.events(cluster, atLeast: 1).map { $0["note"] } == [.string("d")])
    }

    @Test func `come when the API server does`() async throws {
        let cluster = try ClusterStandIn()
        try cluster.control("{\"answer\": 500}")
        let setup = try Setup(cluster)
        for (number, answer) in [500, 401, 408, 429].enumerated() {
            try cluster.control("{\"answer\": \(answer)}")
            setup.recorder.record(Self.event("a"))
            try await setup.wait { $0.recorder.losses[.failed] == UInt64(number + 1) }
        }
        #expect(setup.notices.isEmpty)
        try cluster.control("{\"answer\": 0}")
        setup.recorder.record(Self.event("a"))
        #expect(try await Self.events(cluster, atLeast: 1).count == 1)
        // What it doesn't take isn't tried again and again.
        try cluster.control("{\"answer\": 422}")
        for _ in 0..<3 {
            setup.recorder.record(Self.event("b"))
            try await setup.wait { $0.recorder.losses[.failed] == 5 }
        }
        #expect(setup.notices.count == 1 && setup.notices[0].contains("422"))
    }

    @Test func `are refused one by one where a namespace takes none, and others' are there`() async throws {
        let cluster = try ClusterStandIn()
        try cluster.control("{\"refusing\": [\"full\"]}")
        let setup = try Setup(cluster)
        setup.recorder.record(Self.event("a", of: "full"))
        setup.recorder.record(Self.event("b"))
        #expect(try await Self.events(cluster, atLeast: 1).map { $0["note"] } == [.string("b")])
        #expect(setup.recorder.losses == [.failed: 1] && setup.notices.count == 1)
        #expect(setup.notices[0].contains("exceeded quota") && !setup.notices[0].contains("needs the right"))
    }

    @Test func `are such as an API server takes, whatever the pod says`() async throws {
        let cluster = try ClusterStandIn()
        let setup = try Setup(cluster, node: String(repeating: "n", count: 253))
        let notes = [
            String(repeating: "x", count: 1024), String(repeating: "x", count: 1025),
            String(repeating: "\u{20ac}", count: 1000), "x" + String(repeating: "\u{1f600}", count: 1000),
            "\"\\\n\u{0}",
        ]
        let stem = String(repeating: "a", count: 235)
        for (note, pod) in zip(notes, ["a", "\(stem)-bbbb", "\(stem)b.bbbb", "\(stem)bb", "front-1"]) {
            setup.recorder.record(Self.event(note, pod: pod))
        }
        let events = try await Self.events(cluster, atLeast: notes.count)
        #expect(events.count == notes.count && setup.notices.isEmpty)
        #expect(Self.event(notes[0]).note == notes[0])
        #expect(Self.event(notes[1]).note == String(repeating: "x", count: 1021) + "…")
        #expect(Self.event(notes[2]).note == String(repeating: "\u{20ac}", count: 340) + "…")
        #expect(Self.event(notes[3]).note.hasSuffix("\u{1f600}…"))
    }
}
