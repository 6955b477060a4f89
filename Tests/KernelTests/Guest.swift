import TestSupport

/// A virtual machine that has run Tests/Fixtures/guest/lab to its end, and what that saw.
final class Guest: Sendable {
    static let tree = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    private let folder: TemporaryFolder
    private let console: String
    /// What `uname -r` says there.
    let release: String

    /// Boots a kernel.
    /// - Parameters:
    ///   - runs: what to do there, "KIND.STEP" or "KIND.STEP.COUNT" each: a kind as NODESPAN_ATTACH names it, or "best".
    ///   - releases: of Debian, whose programs are to be there.
    ///   - limit: in seconds.
    init(_ kernel: Kernel, runs: [String], releases: [String], limit: Int = 300) throws {
        let folder = try TemporaryFolder()
        try GuestPrograms.install(in: "\(folder.path)/root", of: releases)
        let run = try Command.run(
            [
                "\(Self.tree)/scripts/boot-kernel", "-m", "\(2048 + 1024 * releases.count)", "-t", "\(limit)", "-o",
                "\(folder.path)/results", kernel.suite,
                "\(folder.path)/root", "\(Self.tree)/Tests/Fixtures/guest/lab",
            ] + runs, environment: ["NODESPAN_BINARY": Nodespan.path()], limit: .seconds(limit + 60))
        console = run.output + run.errors
        guard run.code == 0, let release = try? readFile("\(folder.path)/results/release") else {
            throw GuestFailure("\(kernel.testDescription) didn't end well", console: console)
        }
        self.release = String(decoding: release, as: UTF8.self).split(separator: "\n").joined()
        self.folder = folder
    }

    /// Path of what it left under a name, "KIND.STEP.WHAT".
    func path(_ name: String) -> String { "\(folder.path)/results/\(name)" }

    /// What it left under a name, without the last newline; fails when there is nothing.
    func text(_ name: String) throws -> String {
        guard let bytes = try? readFile(path(name)) else { throw GuestFailure("no \(name)", console: console) }
        return String(decoding: bytes.last == 0x0a ? bytes.dropLast() : bytes[...], as: UTF8.self)
    }

    /// What one `nodespan trace --format json` gave.
    func trace(_ run: String) throws -> Trace {
        try Trace(
            output: readFile(path("\(run).spans")), errors: text("\(run).errors"),
            code: Int32(text("\(run).status")) ?? -1,
            decoding: { _ in true })
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
