import Glibc
import TestSupport
import Testing

/// Reads a program's output line by line.
final class LineReader {
    private let descriptor: Int32
    private var pending: [UInt8] = []

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// The next line without its end; nil at the end of the output.
    func next() -> String? {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeFirst(end + 1) }
                return String(decoding: pending[..<end], as: UTF8.self)
            }
            let chunk = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
            }
            if chunk.isEmpty { return nil }
            pending += chunk
        }
    }
}

/// A folder for one test, removed with it.
struct TemporaryFolder: ~Copyable {
    let path: String

    init() throws {
        var template = Array("/tmp/nodespan-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw SystemCallFailure("mkdtemp", "/tmp") }
        path = String(cString: made)
    }

    deinit {
        _ = try? Command.run(["/bin/rm", "-rf", path])
    }

    /// Names of what is in it.
    func names() throws -> [String] {
        try fileNames(in: path)
    }
}

/// The program next to the test bundle that tests run for a process of its own.
func runtimeFixture() throws -> String {
    let output = try Command.run(["/usr/bin/readlink", "/proc/\(getpid())/exe"]).output
    let folder = output.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    return folder + "/RuntimeFixture"
}

/// A C program of many small functions. Its first line says where they are: file offsets of `push %rbp`, space separated.
/// On each SIGUSR1 it calls all of them and prints how many calls it has made.
func manyFunctions(_ count: Int, in folder: String) throws -> String {
    let source = "\(folder)/many.c"
    let binary = "\(folder)/many"
    let functions = (0..<count).map { "FUNCTION(\($0))" }.joined(separator: "\n")
    let table = (0..<count).map { "f\($0)" }.joined(separator: ", ")
    let text = """
        #include <signal.h>
        #include <stdio.h>
        extern const char __executable_start;
        #define FUNCTION(n) __attribute__((naked, noinline)) void f##n(void) { __asm__("push %rbp; pop %rbp; ret"); }
        \(functions)
        static void (*volatile const all[])(void) = {\(table)};
        enum { COUNT = sizeof(all) / sizeof(*all) };
        int main(void)
        {
            sigset_t usr1;
            sigemptyset(&usr1);
            sigaddset(&usr1, SIGUSR1);
            sigprocmask(SIG_BLOCK, &usr1, NULL);
            for (int i = 0; i < COUNT; i++)
                printf("%lu ", (unsigned long)((const char *)all[i] - &__executable_start));
            printf("\\n");
            fflush(stdout);
            unsigned long calls = 0;
            for (int number; sigwait(&usr1, &number) == 0;) {
                for (int i = 0; i < COUNT; i++, calls++)
                    all[i]();
                printf("%lu\\n", calls);
                fflush(stdout);
            }
        }

        """
    try writeFile(source, Array(text.utf8))
    let made = try Command.run(["/usr/bin/env", "cc", "-O1", "-o", binary, source])
    guard made.code == 0 else { throw CompileFailure(errors: made.errors) }
    return binary
}

struct CompileFailure: Error {
    let errors: String
}
