import GoBinary
import Testing

@Suite struct ErrorTests {
    @Test func namesWhatFailed() {
        #expect(GoBinaryError.unsupported("32-bit").description == "unsupported kind of ELF file: 32-bit")
        let missing = ByteSourceError(operation: "open", path: "/nowhere", errno: 2)
        #expect(GoBinaryError.io(missing).description == "open /nowhere: No such file or directory (errno 2)")
    }
}
