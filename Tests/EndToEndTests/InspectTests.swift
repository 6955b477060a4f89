import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `nodespan inspect` {
        private struct Document: Decodable {
            struct Library: Decodable {
                struct Probe: Decodable {
                    let symbol: String
                    let address: String
                    let instruction: String
                    let emulated: Bool
                }

                struct Field: Decodable {
                    let type: String
                    let field: String
                    let offset: Int
                }

                let name: String
                let purpose: String
                let state: String
                let probes: [Probe]
                let fields: [Field]
            }

            struct Symbol: Decodable {
                struct Definition: Decodable {
                    struct Argument: Decodable {
                        let argument: Int
                        let size: Int?
                        let location: String?
                    }

                    struct Site: Decodable {
                        let address: String
                        let instruction: String
                        let emulated: Bool
                    }

                    let symbol: String
                    let address: String
                    let arguments: [Argument]?
                    let prologue: Site?
                    let programs: [String]
                }

                struct Inlining: Decodable {
                    let caller: String
                    let address: String
                }

                let name: String
                let definitions: [Definition]
                let inlinedInto: [Inlining]
                let similar: [String]
            }

            struct Timing: Decodable {
                let elapsedNanoseconds: Int
                let processorNanoseconds: Int
            }

            struct Process: Decodable {
                let pid: Int32
                let name: String
                let executable: String
                let isReplaced: Bool
                let containerPid: Int32?
            }

            let file: String
            let process: Process?
            let goVersion: String
            let arch: String
            let libraries: [Library]
            let symbols: [Symbol]?
            let timing: Timing
        }

        private static func document(_ target: String, _ options: [String] = [], status: Int32 = 0) throws -> Document {
            let result = try Nodespan.run(["inspect", "--format", "json"] + options + [target])
            #expect(result.code == status, "\(result.errors)")
            return try JSONDecoder().decode(Document.self, from: Data(result.output.utf8))
        }

        @Test(arguments: GoToolchain.all)
        func `shows in its table all that its JSON has`(go: GoToolchain) throws {
            let binary = try go.build("httpserver", mode: .stripped)
            let document = try Self.document(binary)
            #expect(document.file == binary && document.process == nil)
            let table = try Nodespan.run(["inspect", "--fields", binary])
            #expect(table.code == 0 && table.errors.isEmpty)
            #expect(try Nodespan.run(["inspect", binary]).output.contains("  fields  ") == false)
            #expect(table.output.contains("Go \(document.goVersion.dropFirst(2)), amd64, exe, stripped\n"))
            let server = try #require(document.libraries.first { $0.name == "net/http server" })
            #expect(server.state == "ready" && !server.probes.isEmpty && !server.fields.isEmpty)
            let absent = try #require(table.output.split(separator: "\n").last { $0.hasPrefix("absent  ") })
            for library in document.libraries {
                if library.state == "absent" {
                    #expect(absent.contains(library.name))
                    continue
                }
                let conditions =
                    switch library.purpose {
                    case "routes": ["  (with trace --routes)"]
                    case "propagation": ["", "  (not on this machine: its kernel is locked down)"]
                    default: [""]
                    }
                #expect(conditions.contains { table.output.contains("\(library.name)  \(library.state)\($0)\n") })
                for probe in library.probes {
                    let line = table.output.split(separator: "\n").first { $0.contains(probe.address) } ?? ""
                    #expect(line.contains(probe.instruction) && line.hasSuffix(probe.symbol))
                    #expect(line.contains(probe.emulated ? "  emulated  " : "  stepped   "), "\(line)")
                }
                for field in library.fields {
                    let lines = table.output.split(separator: "\n").filter { $0.contains(" \(field.type): ") }
                    #expect(lines.contains { $0.contains("\(field.field)\u{a0}\(field.offset)") }, "\(field)")
                }
            }
        }

        @Test func `tells of a process that its file was replaced, and that it is in a container`() throws {
            let go = try #require(GoToolchain.all.last)
            let folder = try TemporaryFolder()
            let binary = "\(folder.path)/server"
            try writeFile(binary, readFile(go.build("httpserver", mode: .stripped)), permissions: 0o755)
            let contained = try ChildProcess(["/usr/bin/unshare", "-pf", "--kill-child", "--mount-proc", binary])
            var printed = GatheredOutput(of: contained)
            #expect(printed.gather(for: .seconds(20)) { $0.outputLines > 0 })
            let children = try readFile("/proc/\(contained.pid)/task/\(contained.pid)/children")
            let pid = try #require(Int32(String(decoding: children, as: UTF8.self).filter { $0 != " " }))

            let process = try #require(try Self.document("\(pid)").process)
            #expect(process.pid == pid && process.name == "server" && process.executable == binary)
            #expect(!process.isReplaced && process.containerPid == 1)
            #expect(unlink(binary) == 0)
            let replaced = try #require(try Self.document("\(pid)").process)
            #expect(replaced.isReplaced && replaced.executable == binary)
            let table = try Nodespan.run(["inspect", "\(pid)"]).output
            #expect(table.hasPrefix("process \(pid) (server) runs \(binary)\nin a container, as process 1"), "\(table)")
            #expect(table.contains("replaced or removed"))
        }

        @Test func `shows the libraries that are asked for, and whether they can be traced`() throws {
            let binary = try GoToolchain.newest.build("httpserver", mode: .stripped)
            #expect(
                try Self.document(binary, ["--library", "net/http server"]).libraries.map(\.name) == ["net/http server"]
            )
            let part = try Self.document(binary, ["--library", "net/http http/2 s", "--library", "net/http server"])
            #expect(part.libraries.map(\.name) == ["net/http server", "net/http HTTP/2 server"])
            #expect(part.timing.elapsedNanoseconds > 0 && part.timing.processorNanoseconds > 0)

            let lower = try Self.document(binary, ["--library", "http2 server"]).libraries.map(\.name)
            #expect(lower == ["net/http HTTP/2 server", "golang.org/x/net/http2 server"])

            let absent = try Nodespan.run(["inspect", "--library", "gin", binary])
            #expect(absent.code == 1 && absent.output.contains("absent  github.com/gin-gonic/gin routes\n"))
            #expect(absent.errors.contains("nothing in it that can be traced: no github.com/gin-gonic/gin routes"))
            for name in ["fasthttp", ""] {
                let unknown = try Nodespan.run(["inspect", "--library", name, binary])
                #expect(unknown.code == 2 && unknown.output.isEmpty)
                #expect(unknown.errors.contains("no library '\(name)'; there are net/http server, "))
            }
        }

        @Test(arguments: [("amd64", ["RAX", "RBX", "RCX"]), ("arm64", ["R0", "R1", "R2"])])
        func `shows where a function is, and what it was inlined into`(architecture: String, registers: [String]) throws
        {
            let binary = try GoToolchain.newest.build("httpserver", mode: .stripped, architecture: architecture)
            let (serve, early) = ("net/http.(*conn).serve", "net/http.(*response).closedRequestBodyEarly")
            let document = try Self.document(binary, ["--symbol", serve])
            #expect(document.arch == architecture)
            let begin = try #require(document.libraries.first?.probes.first)
            let definition = try #require(document.symbols?.first?.definitions.first)
            #expect(definition.symbol == serve && definition.programs.contains("http_server_begin"))
            // (c *conn) serve(ctx context.Context)
            #expect(definition.arguments?.map(\.location) == registers)
            #expect(definition.arguments?.map(\.argument) == [0, 1, 1])
            #expect(definition.prologue?.emulated == true)

            let inlined = try #require(try Self.document(binary, ["--symbol", early], status: 1).symbols?.first)
            #expect(inlined.definitions.isEmpty && inlined.inlinedInto.contains { $0.caller == serve })

            let table = try Nodespan.run(["inspect", "--symbol", serve, "--symbol", early, binary])
            #expect(table.code == 1 && table.errors.contains("\(early) is no function of its own: it is inlined into "))
            #expect(table.output.contains("\n\(serve)\n  at         \(definition.address), "))
            #expect(table.output.contains("  arguments  \(registers[0]), {\(registers[1]), \(registers[2])}\n"))
            #expect(table.output.contains("\n\(early)  no function\n  inlined    0x"))
            #expect(!table.output.contains(begin.address))
        }

        @Test func `names functions like one that isn't there`() throws {
            let binary = try GoToolchain.newest.build("httpserver", mode: .stripped)
            let table = try Nodespan.run(["inspect", "--symbol", "conn).serve", binary])
            #expect(table.code == 1 && table.output.contains("  similar    net/http.(*conn).serve\n"))
            #expect(
                table.errors.contains("no function conn).serve: it isn't linked in, or the linker calls it otherwise"))
            // As Go itself writes names in traces.
            let receiver = try Nodespan.run([
                "inspect", "--symbol", "net/http.conn.serve", "--symbol", "nothing", binary,
            ])
            #expect(receiver.output.contains("  similar    net/http.(*conn).serve\n"), "\(receiver.output)")
            #expect(receiver.errors.contains("no function net/http.conn.serve: "))
            #expect(receiver.errors.contains("no function nothing: "))
            let empty = try Nodespan.run(["inspect", "--symbol", "", binary])
            #expect(empty.code == 2 && empty.output.isEmpty)
        }

        @Test func `shows a program of another architecture, which isn't traced here`() throws {
            let binary = try GoToolchain.newest.build("httpserver", mode: .stripped, architecture: "arm64")
            let table = try Nodespan.run(["inspect", binary])
            #expect(table.code == 0 && table.output.contains(", arm64, exe, stripped\n"))
            #expect(table.output.contains("\nshown as on a machine for arm64, which this one is not\n"))
            #expect(table.output.contains("net/http server  ready\n"))
            let trace = try Nodespan.run(["trace", "--", binary])
            #expect(trace.code == 1 && trace.output.isEmpty)
            #expect(trace.errors.contains("a program for arm64; on this machine, nodespan traces programs for amd64"))
        }

        @Test func `says that a library in Go isn't traced`() throws {
            let library = try GoToolchain.newest.build("httpserver", mode: .cShared)
            let result = try Nodespan.run(["inspect", library])
            #expect(result.code == 1 && result.output.contains(", amd64, c-shared"))
            #expect(result.errors.contains("a Go library (-buildmode=c-shared)"))
        }

        @Test func `takes a number for a pid unless a file has that name`() throws {
            let go = try #require(GoToolchain.all.last)
            let folder = try TemporaryFolder()
            let server = try FixtureServer(go)
            let nodespan = try Nodespan.path()
            func inspect() throws -> Command {
                try Command.run(["/usr/bin/env", "-C", folder.path, nodespan, "inspect", "\(server.pid)"])
            }
            #expect(try inspect().output.hasPrefix("process \(server.pid) "))
            try writeFile("\(folder.path)/\(server.pid)", Array("#!/bin/sh\n".utf8))
            let file = try inspect()
            #expect(file.code == 1 && file.errors.contains("a script, run by /bin/sh"), "\(file.errors)")
        }

        /// What stands in the first bytes of a file, and what of it has to be in the message.
        @Test(arguments: [
            ("#!/usr/bin/env python3\n", "a script, run by /usr/bin/env"), ("#!\n", "a script; name"),
            ("", "an empty file"),
            ("MZ\u{0}\u{0}", "a Windows program"), ("plain text", "no ELF file"),
        ])
        func `names what a file is that is no program of this machine`(content: String, words: String) throws {
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/file"
            try writeFile(path, Array(content.utf8), permissions: 0o755)
            for arguments in [["inspect", path], ["inspect", "--format", "json", path], ["trace", "--", path]] {
                let result = try Nodespan.run(arguments)
                #expect(result.code == 1 && result.output.isEmpty && result.errors.contains(words), "\(result.errors)")
            }
        }

        @Test func `names what makes a program one that can't be traced`() throws {
            let go = try #require(GoToolchain.all.last)
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/program"
            let server = try readFile(go.build("httpserver", mode: .stripped))
            func refusal(_ change: (inout [UInt8]) -> Void) throws -> String {
                var bytes = server
                change(&bytes)
                try writeFile(path, bytes, permissions: 0o755)
                let result = try Nodespan.run(["inspect", path])
                #expect(result.code == 1)
                return result.errors
            }
            // e_machine and EI_CLASS of elf(5)
            #expect(
                try refusal { $0[18] = 243 }.contains(
                    "unsupported kind of ELF file: riscv; programs for amd64 and arm64 are read"))
            #expect(try refusal { $0[4] = 1 }.contains("a 32-bit program"))
            let packed = try refusal {
                $0.replaceSubrange(0x1e0..<0x1e4, with: Array("UPX!".utf8))
                $0 += Array("UPX!".utf8) + [UInt8](repeating: 0, count: 32)
            }
            #expect(packed.contains("packed by UPX") && packed.contains("upx -d"), "\(packed)")
            // Also one whose relocations no Go linker would write.
            for program in ["/bin/true", try Nodespan.path()] {
                #expect(try Nodespan.run(["inspect", program]).errors.contains("not a Go program"), "\(program)")
            }
            #expect(try Nodespan.run(["inspect", folder.path]).errors.contains("a folder"))
            let without = try Nodespan.run(["inspect", go.build("println", mode: .stripped)])
            #expect(without.code == 1 && without.output.contains("absent"))
            #expect(without.errors.contains("a Go program without anything that can be traced: no net/http server"))
        }

        @Test func `says which rights reading a process takes`() throws {
            let server = try FixtureServer(#require(GoToolchain.all.last))
            let folder = try TemporaryFolder()
            try writeFile("\(folder.path)/nodespan", readFile(Nodespan.path()), permissions: 0o755)
            let nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            let result = try Command.run(nobody + ["\(folder.path)/nodespan", "inspect", "\(server.pid)"])
            #expect(result.code == 3 && result.output.isEmpty && result.errors.contains("CAP_SYS_PTRACE"))
            let thread = try Nodespan.run(["inspect", "2"])
            #expect(thread.code == 1 && thread.errors.contains("kernel thread"))
        }
    }
}
