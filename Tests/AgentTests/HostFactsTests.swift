import Agent
import Glibc
import Spans
import SystemPackage
import TestSupport
import Testing

@Suite struct `The machine's files` {
    @Test func `tell what they have`() throws {
        let folder = try TemporaryFolder()
        for name in ["etc", "usr", "usr/lib"] { #expect(mkdir("\(folder.path)/\(name)", 0o755) == 0) }
        try writeFile("\(folder.path)/etc/machine-id", Array("0123abcd\n".utf8), permissions: 0o644)
        try writeFile("\(folder.path)/usr/lib/os-release", Array("NAME=\"A B\"\n".utf8), permissions: 0o644)
        let facts = HostFacts.ofThisMachine(root: FilePath(folder.path))
        #expect(facts.id == "0123abcd" && facts.osRelease == ["NAME": "A B"])
        #expect(facts.name == (try Command.run(["/bin/uname", "-n"]).output.dropLast()).description)
        #expect(facts.machine == (try Command.run(["/bin/uname", "-m"]).output.dropLast()).description)
    }

    @Test func `may be missing, or no text`() throws {
        let folder = try TemporaryFolder()
        let none = HostFacts.ofThisMachine(root: FilePath(folder.path))
        #expect(none.id == nil && none.osRelease.isEmpty)
        #expect(mkdir("\(folder.path)/etc", 0o755) == 0 && mkdir("\(folder.path)/etc/machine-id", 0o755) == 0)
        try writeFile("\(folder.path)/etc/os-release", [0xff, 0x00, 0x3d, 0xfe, 0x0a], permissions: 0o644)
        #expect(HostFacts.ofThisMachine(root: FilePath(folder.path)).id == nil)
    }
}
