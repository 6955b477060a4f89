import Glibc
import TestSupport

/// A `nodespan trace --exe` of the programs in a folder of a test's own.
struct ExecutableTracer: ~Copyable {
    private let temporary: TemporaryFolder
    var tracer: StartedTracer

    /// Returns once it says that it waits.
    /// - Parameter name: the pattern's last component.
    init(name: String = "*", options: [String] = []) throws {
        let folder = try TemporaryFolder()
        var tracer = try StartedTracer(["--exe", "\(folder.path)/\(name)"] + options)
        let isWaiting = tracer.waitForErrors { $0.contains("waiting for programs that match \(folder.path)/\(name)") }
        guard isWaiting else { throw NotTracing(code: nil, errors: tracer.printed.errorText) }
        temporary = folder
        self.tracer = tracer
    }

    /// Of the programs, by its path.
    var folder: String { temporary.path }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Puts a copy of a program into the folder, in place of the file that has the name, if there is one.
    @discardableResult
    func install(_ binary: String, as name: String) throws -> String {
        try writeFile(path("\(name).new"), readFile(binary), permissions: 0o755)
        guard rename(path("\(name).new"), path(name)) == 0 else { throw SystemCallFailure("rename", path(name)) }
        return path(name)
    }

    /// Waits until it has said something a number of times.
    mutating func wait(for text: String, count: Int = 1) throws(NotTracing) {
        let hasSaid = tracer.waitForErrors { $0.split(separator: "\n").count { $0.contains(text) } >= count }
        guard hasSaid else { throw NotTracing(code: nil, errors: "no \(text): \(tracer.printed.errorText)") }
    }
}
