import TestSupport

/// A C program that stops itself and, when continued, executes its arguments: in its first thread or in another.
enum ExecFixture: String, Sendable {
    case leader
    case otherThread

    func build(in folder: String) throws -> String {
        let source = "\(folder)/\(rawValue).c"
        let binary = "\(folder)/\(rawValue)"
        let run =
            switch self {
            case .leader: "run(arguments + 1);"
            case .otherThread: "pthread_t thread; pthread_create(&thread, NULL, run, arguments + 1); for (;;) pause();"
            }
        let text = """
            #include <pthread.h>
            #include <signal.h>
            #include <unistd.h>
            static void *run(void *arguments)
            {
                execv(*(char **)arguments, arguments);
                _exit(1);
            }
            int main(int count, char **arguments)
            {
                raise(SIGSTOP);
                \(run)
            }

            """
        try writeFile(source, Array(text.utf8))
        let made = try Command.run(["/usr/bin/env", "cc", "-pthread", "-o", binary, source])
        guard made.code == 0 else { throw CompileFailure(errors: made.errors) }
        return binary
    }
}

/// A 64-bit ELF executable for this machine whose only segment lies at a kernel address.
func unloadableProgram() -> [UInt8] {
    #if arch(arm64)
        let machine: UInt64 = 183
    #else
        let machine: UInt64 = 62
    #endif
    func field(_ value: UInt64, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
    let identification: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    let header =
        identification + field(2, 2) + field(machine, 2) + field(1, 4) + field(0xffff_ffff_8000_0078, 8) + field(64, 8)
        + field(0, 8) + field(0, 4) + field(64, 2) + field(56, 2) + field(1, 2) + field(0, 6)
    let segment =
        field(1, 4) + field(5, 4) + field(0, 8) + field(0xffff_ffff_8000_0000, 8) + field(0xffff_ffff_8000_0000, 8)
        + field(4096, 8) + field(4096, 8) + field(4096, 8)
    return header + segment + [UInt8](repeating: 0x90, count: 4096)
}
