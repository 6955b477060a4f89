internal import CLinux
import Glibc
import SystemPackage

/// A few instructions in a file in memory, of this process alone: probes on them disturb nobody.
final class TrialCode: Sendable {
    #if arch(x86_64)
        /// push %rbp; pop %rbp; ret
        private static let bytes: [UInt8] = [0x55, 0x5d, 0xc3]
        /// What the kernel emulates there, and what it single-steps (file offsets, bytes).
        static let (emulated, stepped): (UInt64, UInt64) = (0, 1)
    #elseif arch(arm64)
        /// b .+4; mov x0, x0; ret
        private static let bytes: [UInt8] = [0x01, 0, 0, 0x14, 0xe0, 0x03, 0, 0xaa, 0xc0, 0x03, 0x5f, 0xd6]
        static let (emulated, stepped): (UInt64, UInt64) = (0, 4)
    #endif
    private static let size = 4096

    private let file: Int32
    private let address: UInt

    init() throws(Errno) {
        let file = create_code_file("nodespan-trial")
        if file < 0 { throw Errno(rawValue: errno) }
        let isWritten = ftruncate(file, off_t(Self.size)) == 0 && pwrite(file, Self.bytes, Self.bytes.count, 0) > 0
        let mapped = isWritten ? mmap(nil, Self.size, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0) : MAP_FAILED
        guard let mapped, mapped != MAP_FAILED else {
            let code = Errno(rawValue: errno)
            close(file)
            throw code
        }
        self.file = file
        address = UInt(bitPattern: mapped)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(bitPattern: address), Self.size)
        close(file)
    }

    /// What to arm, as long as this lives.
    var path: String { "/proc/self/fd/\(file)" }

    func run(times: Int = 1) {
        guard let code = UnsafeRawPointer(bitPattern: address) else { return }
        for _ in 0..<times { call_code(code) }
    }
}
