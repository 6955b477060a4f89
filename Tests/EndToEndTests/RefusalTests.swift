import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `What can't be traced is refused` {
        @Test func `when there is no such process`() throws {
            var gone = try ChildProcess(["/bin/true"])
            _ = gone.wait()
            let result = try Nodespan.run(["trace", "--pid", "\(gone.pid)"])
            #expect(result.code == 1 && result.output.isEmpty)
            #expect(result.errors.contains("\(gone.pid)"))
        }

        @Test func `when it is no Go program`() throws {
            let sleep = try ChildProcess(["/bin/sleep", "60"])
            let result = try Nodespan.run(["trace", "--pid", "\(sleep.pid)"])
            #expect(result.code == 1 && result.output.isEmpty)
            #expect(result.errors.contains("\(sleep.pid)") && result.errors.contains("Go"))
        }

        @Test func `when it is a kernel thread`() throws {
            let result = try Nodespan.run(["trace", "--pid", "2"])
            #expect(result.code == 1 && result.output.isEmpty && !result.errors.isEmpty)
        }

        @Test(arguments: [
            [], ["--pid"], ["--pid", "x"], ["--pid", "0"], ["--pid", "-5"], ["--pid", "99999999999999999999"],
            ["--nonsense"], ["--pid", "1", "--format", "xml"], ["--pid", "1", "--", "/bin/true"], ["--"],
            ["--exe"], ["--exe", ""], ["--exe", "server", "--pid", "1"], ["--exe", "server", "--", "/bin/true"],
        ])
        func `when the command line is wrong`(options: [String]) throws {
            let result = try Nodespan.run(["trace"] + options)
            #expect(result.code == 2 && result.output.isEmpty)
            #expect(!result.errors.isEmpty)
        }

        @Test(arguments: [["tarce"], ["help", "doctr"], ["4242"]])
        func `when there is no such command`(arguments: [String]) throws {
            let result = try Nodespan.run(arguments)
            #expect(result.code == 2 && result.output.isEmpty)
            let word = arguments.last ?? ""
            #expect(result.errors.hasPrefix("nodespan: no command '\(word)'; there are trace, run, inspect, "))
        }

        @Test func `when the program to start can't be found or executed, with the difference`() throws {
            let found = [
                "nosuch": "in PATH", "/nonexistent/x": "No such file", "/etc/passwd": "chmod +x", "/tmp": "chmod +x",
            ]
            for (name, words) in found {
                let result = try Nodespan.run(["trace", "--", name])
                #expect(result.code == 1 && result.errors.contains(words), "\(result.errors)")
            }
        }

        @Test func `when the user has no rights`() throws {
            let go = try #require(GoToolchain.all.last)
            let server = try FixtureServer(go)
            let folder = try TemporaryFolder()
            try writeFile("\(folder.path)/nodespan", readFile(Nodespan.path()), permissions: 0o755)
            let nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            for arguments in [["--pid", "\(server.pid)"], ["--", try go.build("httpserver", mode: .stripped)]] {
                let result = try Command.run(nobody + ["\(folder.path)/nodespan", "trace"] + arguments)
                #expect(result.code == 3 && result.output.isEmpty)
                #expect(result.errors.contains("root") || result.errors.contains("CAP_"), "\(result.errors)")
            }
        }

        @Test(arguments: GoToolchain.some)
        func `when it ends while being armed`(go: GoToolchain) throws {
            for moment in 0..<10 {
                let server = try FixtureServer(go)
                var tracer = try ChildProcess([
                    try Nodespan.path(), "trace", "--format", "json", "--pid", "\(server.pid)",
                ])
                var printed = GatheredOutput(of: tracer)
                printed.gather(for: .milliseconds(moment * 25)) { _ in false }
                server.send(SIGKILL)
                printed.gather(for: .seconds(5)) { _ in false }
                #expect(printed.isComplete, "it ends by itself: \(printed.errorText)")
                if !printed.isComplete { tracer.kill() }
                let code = tracer.wait()
                #expect(code == 0 || code == 1, "\(printed.errorText)")
                #expect(printed.output.isEmpty && !printed.errors.isEmpty)
            }
        }

        /// Cut anywhere, a program can't run, but it can be given to trace and inspect.
        @Test(arguments: GoToolchain.some)
        func `when its file is truncated`(go: GoToolchain) throws {
            let whole = try readFile(go.build("httpserver", mode: .stripped))
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/server"
            for length in [0, 1, 4, 63, 64, 500, 4096, whole.count / 3, whole.count / 2, whole.count * 3 / 4] {
                try writeFile(path, Array(whole[..<length]), permissions: 0o755)
                let inspected = try Nodespan.run(["inspect", path])
                #expect(inspected.code == 1, "\(length) bytes: \(inspected.errors)")
                #expect(!inspected.errors.isEmpty && inspected.errors.contains(path))
            }
            try writeFile(path, Array(whole[..<(whole.count / 2)]), permissions: 0o755)
            let traced = try Nodespan.run(["trace", "--", path])
            #expect(traced.code == 1, "\(traced.errors)")
        }

        /// Whatever its bytes are, the answer comes soon and isn't a crash.
        @Test(arguments: GoToolchain.some)
        func `or traced, when its file is corrupted`(go: GoToolchain) throws {
            let whole = try readFile(go.build("httpserver", mode: .stripped))
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/server"
            var random = SplitMix(state: UInt64(go.minor))
            for round in 0..<20 {
                var bytes = whole
                // Headers first, then anywhere: single bytes, and runs of 0xff.
                let range = round % 2 == 0 ? 0..<1024 : 0..<whole.count
                for _ in 0..<(round % 4 < 2 ? 4 : 2000) {
                    bytes[Int.random(in: range, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                let start = Int.random(in: 0..<(whole.count - 4096), using: &random)
                for index in start..<(start + 4096) { bytes[index] = 0xff }
                try writeFile(path, bytes, permissions: 0o755)
                let result = try Nodespan.run(["inspect", path, "--format", "json"])
                #expect(result.code == 0 || result.code == 1, "round \(round): \(result.code) \(result.errors)")
            }
        }

        @Test(arguments: ["/nonexistent/file", "/etc/passwd", "/bin/true", "/", "/dev/null", "/proc/self/mem"])
        func `when inspect is given something else`(path: String) throws {
            let result = try Nodespan.run(["inspect", path])
            #expect(result.code == 1 && !result.errors.isEmpty)
        }
    }
}

/// A random number generator that gives the same numbers in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
