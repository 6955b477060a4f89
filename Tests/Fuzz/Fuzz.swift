import CLibFuzzer
import Fuzzing
import Glibc
import Synchronization
import TestSupport

/// Runs the whole analyser over inputs that libFuzzer makes, and stops at the first that it takes badly. Takes libFuzzer's
/// options: `make fuzz` has them. With `--small-files`, no real programs are among the inputs, which makes it fast.
@main
struct Fuzz {
    private static let bases = Mutex<[BaseBinary]>([])
    private static let totals = Mutex(Totals())

    static func main() throws {
        // Memory that is freed goes back to the kernel, so that each input's use is seen.
        mallopt(M_TRIM_THRESHOLD, 1 << 20)
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        let all = CommandLine.arguments.contains("--small-files") ? [] : try BaseBinary.all()
        bases.withLock { $0 = all }
        // libFuzzer keeps what it finds in the first folder.
        if let folder = CommandLine.arguments.dropFirst().first(where: { !$0.hasPrefix("-") }), isFolder(folder) {
            for base in all.indices { try writeFile("\(folder)/base-\(base)", FuzzInput.unchanged(base)) }
            try writeFile("\(folder)/miniature", FuzzInput.file(MiniatureBinary().bytes))
        }
        atexit { Fuzz.write("\(Fuzz.totals.withLock { $0 })") }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
                Fuzz.run(UnsafeRawBufferPointer(start: bytes, count: count))
            })
    }

    private static func run(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        let input = FuzzInput(bytes, bases: bases.withLock { $0 })
        let measured = MeasuredRun(of: input.source)
        let line = totals.withLock { totals in
            totals.inputs += 1
            if input.isProgram { totals.programs += 1 }
            if measured.run.refusal != nil { totals.refused += 1 }
            if measured.run.hasPlan { totals.planned += 1 }
            totals.seconds = max(totals.seconds, measured.seconds)
            totals.memory = max(totals.memory, measured.memory)
            return totals.isDue() ? "\(totals)" : nil
        }
        if let line { write(line) }
        guard let complaint = measured.complaint else { return 0 }
        write("\(complaint): \(input.description)")
        abort()
    }

    private static func write(_ line: String) {
        let text = "fuzz: \(line)\n"
        _ = Glibc.write(STDERR_FILENO, text, text.utf8.count)
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
