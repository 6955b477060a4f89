import GoBinary
import SystemPackage
import TestSupport
import Testing

@Suite struct RefusalTests {
    /// A 64-bit little-endian amd64 header with some bytes changed.
    private func header(_ changes: [Int: UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 57)
        bytes[16] = 2
        bytes[18] = 62
        bytes[54] = 56
        for (position, byte) in changes { bytes[position] = byte }
        return bytes
    }

    private func failure(_ bytes: [UInt8]) -> GoBinaryError? {
        do throws(GoBinaryError) {
            _ = try GoBinary.read(from: MemoryByteSource(bytes))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["", "#", "#!/bin/sh\necho hello\n", "package main\n", "\u{7f}ELX and more"])
    func refusesWhatIsNoELFFile(_ text: String) {
        #expect(failure(Array(text.utf8)) == .notELF)
    }

    @Test func refusesOtherMachinesByName() {
        #expect(failure(header([4: 1])) == .unsupported("32-bit"))
        #expect(failure(header([5: 2])) == .unsupported("big-endian"))
        #expect(failure(header([18: 243])) == .unsupported("riscv"))
        #expect(failure(header([18: 21])) == .unsupported("powerpc64"))
        #expect(failure(header([18: 40])) == .unsupported("arm"))
        #expect(failure(header([18: 0, 19: 0x7f])) == .unsupported("ELF machine 32512"))
        #expect(failure(header([16: 4])) == .unsupported("core file"))
        #expect(failure(header([16: 1])) == .unsupported("object file"))
        #expect(failure(Array(header([:]).prefix(20))) == .truncated("ELF header"))
        for machine in [UInt8(62), 183] {
            #expect(failure(header([18: machine])) == .corrupt("ELF file without loadable segments"))
        }
    }

    @Test func refusesProgramsOfOtherLanguages() throws {
        let shell = try FileByteSource(path: "/bin/sh")
        #expect(throws: GoBinaryError.notGo) { try GoBinary.read(from: shell) }
    }

    @Test func namesTheReleaseThatIsTooOld() throws {
        let sample = Sample(toolchain: .oldest, mode: .stripped)
        var bytes = try readFile(try sample.path())
        let marker = Array("\u{8}go1.19.".utf8)
        let position = try #require(bytes.indices.first { bytes[$0...].starts(with: marker) })
        bytes[position + 6] = UInt8(ascii: "8")
        let error = failure(bytes)
        guard case .unsupportedGo(let version) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(version.hasPrefix("go1.18."))
    }

    @Test func namesTheFileThatCannotBeRead() throws {
        #expect(throws: ByteSourceError(operation: "open", path: "/nowhere", errno: 2)) {
            try FileByteSource(path: "/nowhere")
        }
        let missing = ByteSourceError(operation: "open", path: "/nowhere", errno: 2)
        #expect(GoBinaryError.io(missing).description == "open /nowhere: No such file or directory (errno 2)")
        let folder = try FileByteSource(path: "/tmp")
        #expect(throws: GoBinaryError.io(ByteSourceError(operation: "pread", path: "/tmp", errno: 21))) {
            try GoBinary.read(from: folder)
        }
    }
}
