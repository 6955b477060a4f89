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
            let libraries: [Library]
        }

        private static func document(_ target: String) throws -> Document {
            let result = try Nodespan.run(["inspect", "--format", "json", target])
            #expect(result.code == 0, "\(result.errors)")
            return try JSONDecoder().decode(Document.self, from: Data(result.output.utf8))
        }

        @Test(arguments: GoToolchain.all)
        func `shows in its table all that its JSON has`(go: GoToolchain) throws {
            let binary = try go.build("httpserver", mode: .stripped)
            let document = try Self.document(binary)
            #expect(document.file == binary && document.process == nil)
            let table = try Nodespan.run(["inspect", binary])
            #expect(table.code == 0 && table.errors.isEmpty)
            #expect(table.output.contains("Go \(document.goVersion.dropFirst(2)), amd64, exe, stripped\n"))
            let server = try #require(document.libraries.first { $0.name == "net/http server" })
            #expect(server.state == "ready" && !server.probes.isEmpty && !server.fields.isEmpty)
            let absent = try #require(table.output.split(separator: "\n").last { $0.hasPrefix("absent  ") })
            for library in document.libraries {
                if library.state == "absent" {
                    #expect(absent.contains(library.name))
                    continue
                }
                let condition = library.purpose == "routes" ? "  (with trace --routes)" : ""
                #expect(table.output.contains("\(library.name)  \(library.state)\(condition)\n"))
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
            #expect(try refusal { $0[18] = 183 }.contains("a program for arm64"))
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
