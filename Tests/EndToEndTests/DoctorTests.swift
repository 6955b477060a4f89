import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `nodespan doctor` {
        private struct Document: Decodable {
            struct Check: Decodable {
                let id: String
                let status: String
                let message: String
                let remedy: String
            }

            let checks: [Check]

            subscript(id: String) -> Check? { checks.first { $0.id == id } }
        }

        private static let records = "/run/nodespan/armed"

        private static func doctor(
            as user: [String] = [], of nodespan: String? = nil
        ) throws -> (code: Int32, Document) {
            let result = try Command.run(
                user + [nodespan ?? Nodespan.path(), "doctor", "--format", "json"], limit: .seconds(30))
            return (result.code, try JSONDecoder().decode(Document.self, from: Data(result.output.utf8)))
        }

        @Test func `passes as root, within two seconds, and leaves nothing`() throws {
            let start = ContinuousClock.now
            var child = try ChildProcess([try Nodespan.path(), "doctor", "--format", "json"])
            var printed = GatheredOutput(of: child)
            printed.gather(for: .seconds(20)) { _ in false }
            #expect(child.wait() == 0 && printed.errors.isEmpty, "\(printed)")
            #expect(ContinuousClock.now - start < .seconds(2))
            let document = try JSONDecoder().decode(Document.self, from: Data(printed.output))
            #expect(Set(document.checks.map(\.id)).count == document.checks.count)
            for check in document.checks {
                #expect(["pass", "warn", "fail", "skip"].contains(check.status) && !check.message.isEmpty)
                #expect(check.status == "pass" ? check.remedy.isEmpty : true, "\(check)")
            }
            for id in ["privileges", "btf", "bpf-programs", "process-events", "process-list", "uprobes", "ring-buffer"]
            {
                #expect(document[id]?.status == "pass", "\(String(describing: document[id]))")
            }
            #expect(!((try? fileNames(in: Self.records)) ?? []).contains { $0.contains(".\(child.pid).") })
        }

        @Test func `looks at what it may without rights, and says what to do about the rest`() throws {
            let folder = try TemporaryFolder()
            let nodespan = "\(folder.path)/nodespan"
            try writeFile(nodespan, readFile(Nodespan.path()), permissions: 0o755)
            let nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            let (code, document) = try Self.doctor(as: nobody, of: nodespan)
            #expect(code == 3)
            #expect(document["privileges"]?.status == "fail")
            #expect(document["kernel"]?.status == "pass" && document["btf"]?.status == "pass")
            for id in ["bpf-programs", "process-events", "uprobes"] {
                #expect(document[id]?.status == "skip" && document[id]?.remedy == "run as root")
            }
            let table = try Command.run(nobody + [nodespan, "doctor"])
            #expect(table.code == 3 && table.errors.isEmpty && table.output.contains("run as root"))
        }

        /// The fewest that README and doctor name are enough, and without any one of them doctor says which.
        @Test(arguments: ["bpf", "perfmon", "sys_ptrace", "dac_read_search"])
        func `tells which capability is missing`(capability: String) throws {
            let needed = ["bpf", "perfmon", "sys_ptrace", "dac_read_search"]
            func user(with capabilities: [String]) -> [String] {
                let set = (["-all"] + capabilities.map { "+" + $0 }).joined(separator: ",")
                return ["/usr/bin/setpriv", "--bounding-set=" + set, "--inh-caps=-all"]
            }
            let (enough, complete) = try Self.doctor(as: user(with: needed))
            #expect(enough == 0 && complete["uprobes"]?.status == "pass", "\(complete)")
            let (code, document) = try Self.doctor(as: user(with: needed.filter { $0 != capability }))
            #expect(code == 3)
            let message = try #require(document["privileges"]?.message)
            #expect(message.hasSuffix("without CAP_\(capability.uppercased())"), "\(message)")
        }

        @Test func `warns in a pid namespace of its own, and fails when /proc is another's`() throws {
            let (code, document) = try Self.doctor(as: ["/usr/bin/unshare", "-pf", "--mount-proc"])
            #expect(code == 0 && document["pid-namespace"]?.status == "warn", "\(document)")
            #expect(document["uprobes"]?.status == "pass" && document["process-list"]?.status == "pass")
            let (other, otherDocument) = try Self.doctor(as: ["/usr/bin/unshare", "-pf"])
            #expect(other == 1 && otherDocument["procfs"]?.status == "fail", "\(otherDocument)")
            #expect(otherDocument["procfs"]?.remedy.isEmpty == false)
        }

        @Test func `takes a user namespace's root for a stranger`() throws {
            let (code, document) = try Self.doctor(as: ["/usr/bin/unshare", "-Ur"])
            #expect(code == 3 && document["privileges"]?.message.contains("user namespace") == true, "\(document)")
        }

        @Test func `counts the records of ended runs and leaves them`() throws {
            try createFolder(Self.records)
            let boot = String(decoding: try readFile("/proc/sys/kernel/random/boot_id").dropLast(), as: UTF8.self)
            let left = "\(Self.records)/\(boot).1.1"
            try writeFile(left, Array("nodespan armed 1\nfile 1 2 3 4\nsite 5 55\n".utf8))
            defer { unlink(left) }
            let (code, document) = try Self.doctor()
            #expect(code == 0)
            #expect(document["leftovers"]?.status == "pass")
            #expect(document["leftovers"]?.message.contains("record") == true, "\(document)")
            #expect(access(left, F_OK) == 0)
        }

        @Test func `sees a nodespan that traces`() throws {
            let binary = try #require(GoToolchain.all.last).build("httpserver", mode: .stripped)
            let server = try FixtureServer(binary: binary)
            let tracer = try Tracer(["--pid", "\(server.pid)"])
            let (code, document) = try Self.doctor()
            #expect(
                code == 0 && document["leftovers"]?.message.contains("\(tracer.pid)") == true, "\(document)")
            #expect(document["other-tracers"]?.message.contains(binary) == false, "\(document)")
        }

        @Test(arguments: [40, 80, 200])
        func `fits the terminal`(columns: Int) throws {
            let nodespan = try Nodespan.path()
            let shell = "unset NO_COLOR; stty cols \(columns); '\(nodespan)' doctor; NO_COLOR=1 '\(nodespan)' doctor"
            let result = try Command.run(
                ["/usr/bin/script", "-qec", shell, "/dev/null"], environment: ["TERM": "xterm"], limit: .seconds(30))
            let lines = result.output.split(whereSeparator: \.isNewline)
            let first = try #require(lines.firstIndex { $0.contains("nodespan can trace here") })
            #expect(lines[0].hasPrefix("\u{1b}[32mpass\u{1b}[0m  privileges"), "\(lines[0])")
            for line in lines[(first + 1)...] {
                // A path is left whole.
                let isOneWord = !line.drop { $0 == " " }.contains(" ")
                #expect(!line.contains("\u{1b}") && (line.count <= max(columns, 44) || isOneWord), "\(line)")
            }
        }
    }
}
