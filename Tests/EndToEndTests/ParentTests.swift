import TestSupport
import Testing

extension EndToEnd {
    /// Which of a program's requests a call belongs to that it makes.
    @Suite struct `A call that a handler makes` {
        private static let perPath = 32
        private static let paths = [
            "/direct", "/none", "/goroutine/context", "/goroutine/none", "/goroutine/many", "/group", "/pool/context",
            "/pool/none", "/own", "/detached", "/timeout", "/proxy",
        ]
        /// Calls that a request for each path makes which its contexts show, or its goroutine.
        private static let children = [
            "/direct": 1, "/none": 1, "/goroutine/context": 1, "/group": 4, "/pool/context": 1, "/own": 12,
            "/timeout": 1, "/proxy": 1,
        ]
        /// Those that only show in which goroutine started which.
        private static let started = ["/goroutine/none": 1, "/goroutine/many": 20, "/group": 4, "/timeout": 1]

        @Test(arguments: GoToolchain.some, [false, true])
        func `is the child of its request's span, whatever way it is made`(go: GoToolchain, isHTTP2: Bool) throws {
            var calls = try ParentCalls(go, isHTTP2: isHTTP2, background: "5ms")
            try calls.ask(Self.paths, requests: Self.perPath * Self.paths.count / 4, connections: 4)
            let outcome = try calls.stop(isQuiet: false)
            #expect(outcome.wrong == [])
            for (path, count) in Self.children {
                outcome.expect(count * Self.perPath, .child, for: path, are: .child)
            }
            if go.minor >= 21 { outcome.expect(4 * Self.perPath, .child, for: "/detached", are: .child) }
            expectStarted(outcome, go, perPath: Self.perPath)
            outcome.expect(Self.perPath, .root, for: "/pool/none", are: .root)
            // The goroutine in the background.
            #expect(outcome.count("", .root, are: .root) > 0 && outcome.count("", .root, are: .child) == 0)
        }

        /// A chain of 32 contexts ends with the request's own.
        @Test(arguments: GoToolchain.some)
        func `is found through up to 31 derived contexts`(go: GoToolchain) throws {
            var calls = try ParentCalls(go)
            let paths = (0...40).map { "/chain?n=\($0)&want=\($0 < 32 ? "child" : "root")" }
            try calls.ask(paths, requests: paths.count, connections: 1)
            let outcome = try calls.stop()
            #expect(outcome.wrong == [])
            outcome.expect(32, .child, for: "/chain", are: .child)
            outcome.expect(9, .root, for: "/chain", are: .root)
        }

        /// Later requests of the same connection run meanwhile, in the same goroutine.
        @Test(arguments: GoToolchain.some, [false, true])
        func `is nobody's child when the request is over`(go: GoToolchain, isHTTP2: Bool) throws {
            var calls = try ParentCalls(go, isHTTP2: isHTTP2)
            try calls.ask(
                ["/outliving?ms=60", "/outliving?ms=1", "/goroutine/none", "/outliving?ms=30"], requests: 16,
                connections: 64)
            let outcome = try calls.stop()
            #expect(outcome.wrong == [])
            outcome.expect(8 * 12 * 64, .root, for: "/outliving", are: .root)
        }

        /// A handler that goes on somewhere else than where it was interrupted starts goroutines there. Where the program's
        /// processors aren't all known yet, that may not show; what shows is never wrong.
        @Test(arguments: GoToolchain.some.filter { $0.minor >= 21 }, [1, 64])
        func `is hardly ever missed when the handler was interrupted`(go: GoToolchain, connections: Int) throws {
            var calls = try ParentCalls(go)
            try calls.ask(["/goroutine/blocked"], requests: 640 / connections, connections: connections)
            let outcome = try calls.stop()
            #expect(outcome.wrong == [])
            let found = outcome.count("/goroutine/blocked", .started, are: .child)
            let missed = outcome.count("/goroutine/blocked", .started, are: .root)
            print("Go \(go.version), \(connections) connections: \(missed) of \(found + missed) missed")
            #expect(found + missed == 3 * 640)
            #expect(missed < 192)
        }

        @Test(arguments: GoToolchain.some, [false, true])
        func `never mixes with those of other requests`(go: GoToolchain, isHTTP2: Bool) throws {
            var calls = try ParentCalls(go, isHTTP2: isHTTP2)
            try calls.ask(Self.paths, requests: 36, connections: 64)
            let outcome = try calls.stop()
            #expect(outcome.wrong == [])
            let perPath = 64 * 36 / Self.paths.count
            for (path, count) in Self.children {
                outcome.expect(count * perPath, .child, for: path, are: .child)
            }
            outcome.expect(perPath, .root, for: "/pool/none", are: .root)
            expectStarted(outcome, go, perPath: perPath)
        }

        /// Only from Go 1.21 on does a goroutine know who started it. A handler that is interrupted before it starts one may
        /// go on where nobody knows the goroutines' numbers yet.
        private func expectStarted(_ outcome: ParentCalls.Outcome, _ go: GoToolchain, perPath: Int) {
            for (path, count) in Self.started {
                let found = outcome.count(path, .started, are: .child)
                let missed = outcome.count(path, .started, are: .root)
                #expect(found + missed == count * perPath, "\(path)")
                if go.minor < 21 {
                    #expect(found == 0, "\(path)")
                } else {
                    #expect(missed * 10 <= count * perPath, "\(path): \(missed) missed")
                }
            }
        }
    }
}
