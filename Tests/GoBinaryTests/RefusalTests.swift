import SystemPackage
import TestSupport
import Testing

@testable import GoBinary

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

    /// Where the function table and the build information are in a file.
    private func places(in bytes: [UInt8]) throws -> (table: Int, buildInfo: Int) {
        let source = MemoryByteSource(bytes)
        let binary = try GoBinary.read(from: source)
        let table = try #require(binary.fileOffset(of: binary.functionTable.header.address))
        let magic = [0xff] + Array(" Go buildinf:".utf8)
        let buildInfo = try #require(
            stride(from: 0, to: bytes.count, by: 16).first { bytes[$0] == 0xff && bytes[$0...].starts(with: magic) })
        return (Int(table), buildInfo)
    }

    /// Up to Go 1.17, the build information held pointers, and the function table had other magic numbers. Sections tell
    /// where both are, or nothing does.
    @Test(arguments: [LinkMode.stripped, .sectionless]) func namesOldFormats(_ mode: LinkMode) throws {
        let original = try readFile(try Sample(toolchain: .newest, mode: mode).path())
        let places = try places(in: original)
        let old = GoBinaryError.unsupportedGo("a Go release before 1.18")
        var withPointers = original
        withPointers[places.buildInfo + 15] = 0
        #expect(failure(withPointers) == old)
        for magic: UInt8 in [0xfb, 0xfa] {
            var bytes = original
            bytes[places.table] = magic
            #expect(failure(bytes) == old)
            // Before Go 1.13 there was no build information.
            bytes[places.buildInfo] = 0
            #expect(failure(bytes) == old)
        }
    }

    /// What garble does: no release, no modules, another magic number.
    @Test(arguments: [LinkMode.stripped, .sectionless]) func saysThatAProgramMayBeObfuscated(_ mode: LinkMode) throws {
        var bytes = try readFile(try Sample(toolchain: .newest, mode: mode).path())
        let places = try places(in: bytes)
        bytes.replaceSubrange(places.table..<places.table + 4, with: [0x4b, 0x1d, 0x9a, 0x33])
        #expect(failure(bytes) == .corrupt("build information of Go, but no function table (pclntab)"))
        // Length and text of the release, and the length of the modules behind it.
        bytes.replaceSubrange(places.buildInfo + 32..<places.buildInfo + 41, with: [7] + Array("unknown".utf8) + [0])
        let error = failure(bytes)
        #expect(error?.description.contains("obfuscated (garble)") == true, "\(String(describing: error))")
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
