import Glibc
import TestSupport

/// A virtual machine that has run to its end, and what Tests/Fixtures/guest/init saw in it. In software emulation, since
/// build machines are mostly virtual machines themselves.
struct Guest {
    /// Text by name, "KIND.STEP.WHAT", without its last newline.
    private let blocks: [String: String]
    private let console: String

    /// Boots a kernel.
    /// - Parameter runs: what to do there, "KIND.STEP" each: a kind as NODESPAN_ATTACH names it, or "best".
    init(_ kernel: Kernel, runs: [String]) throws {
        let folder = try TemporaryFolder()
        let files = try GuestFiles(in: folder.path)
        let image = try kernel.image()
        let (results, messages) = ("\(folder.path)/results", "\(folder.path)/console")
        // QEMU 7.2 computes the flags of cmpxchg16b from stale state when it emulates it: a kernel that uses it on its
        // free lists double-faults sooner or later. So the kernel is told not to (CPUID leaf 1, ECX bit 13 is number
        // 141); Swift's runtime, which has no other way, hardly ever does it.
        let ended = try Command.run(
            [
                GuestFiles.emulator, "-accel", "tcg", "-cpu", "max", "-m", "1024", "-nodefaults", "-display", "none",
                "-no-reboot", "-kernel", image, "-initrd", files.archive, "-append",
                "console=ttyS0 quiet panic=-1 clearcpuid=141 runs=\(runs.joined(separator: ","))", "-serial",
                "file:\(messages)", "-serial", "file:\(results)",
            ], limit: .seconds(300))
        console = String(decoding: (try? readFile(messages)) ?? [], as: UTF8.self) + ended.errors
        blocks = Self.blocks(in: String(decoding: (try? readFile(results)) ?? [], as: UTF8.self))
        guard blocks["end"] != nil else { throw GuestFailure("\(kernel.testDescription) didn't end", console: console) }
    }

    private static func blocks(in text: String) -> [String: String] {
        var blocks: [String: String] = [:]
        var lines: [Substring] = []
        var name: Substring?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let open = name {
                if line == "end \(open)" {
                    blocks[String(open)] = lines.joined(separator: "\n")
                    name = nil
                } else {
                    lines.append(line)
                }
            } else if line.hasPrefix("begin ") {
                name = line.dropFirst("begin ".count)
                lines = []
            }
        }
        return blocks
    }

    /// The text of a block; fails when there is none.
    subscript(_ name: String) -> String {
        get throws {
            guard let text = blocks[name] else { throw GuestFailure("no \(name) from the guest", console: console) }
            return text
        }
    }
}

struct GuestFailure: Error, CustomStringConvertible {
    let what: String
    let console: String

    init(_ what: String, console: String) {
        self.what = what
        self.console = console
    }

    var description: String { "\(what); its console said: \(console.suffix(4000))" }
}
