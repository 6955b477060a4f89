import BPFRuntime
import Glibc
import TestSupport
import Testing

@Suite struct `Healing after a kill` {
    /// SIGKILL can't be held. The kernel leaves breakpoints behind when it is pending while many processes are disarmed.
    /// - Parameter sites: fewer by perf events, which take 100 ms to take out each.
    @Test(arguments: [(AttachKind.multi, 200), (.perf, 20)])
    func `what a killed run left is healed, and the programs run on`(healer: AttachKind, sites: Int) throws {
        let folder = try TemporaryFolder()
        let records = try TemporaryFolder()
        let many = try manyFunctions(sites, in: folder.path)
        let processes = try (0..<110).map { _ in try ProcessBox([many]) }
        let offsets = try #require(processes[0].nextLine()).split(separator: " ").compactMap { UInt64($0) }
        for process in processes.dropFirst() { _ = process.nextLine() }

        let watch = try ProcessWatch(attaching: healer)
        var healed = 0
        var attempts = 0
        while healed == 0 || attempts < 6, attempts < 60 {
            attempts += 1
            var armer = try ChildProcess([try runtimeFixture(), "cycle", many, records.path] + offsets.map { "\($0)" })
            let lines = LineReader(armer.standardOutput)
            let moment = attempts % 3 == 0 ? "arming" : "disarming"
            while let line = lines.next(), line != moment {}
            spin(microseconds: .random(in: 0...100 * sites))
            armer.send(SIGKILL)
            #expect(armer.wait() == 128 + SIGKILL)
            let healing = try Healing.run(folder: records.path, with: watch)
            #expect(healing.remaining == [])
            #expect(healing.unreadable == [])
            healed += healing.healed.map(\.offsets.count).reduce(0, +)
            #expect(try records.names() == [])
            for process in processes {
                #expect(try code(of: process.pid, executable: many, at: offsets) == offsets.map { _ in 0x55 })
            }
        }
        #expect(healed > 0, "no kill of \(attempts) left a breakpoint to heal")
        for process in processes {
            process.send(SIGUSR1)
            #expect(process.nextLine() == "\(sites)")
        }
    }

    @Test func `a termination signal is held until the probes are out`() throws {
        let folder = try TemporaryFolder()
        let records = try TemporaryFolder()
        let many = try manyFunctions(100, in: folder.path)
        let process = try ProcessBox([many])
        let offsets = try #require(process.nextLine()).split(separator: " ").compactMap { UInt64($0) }
        for number in TerminationSignals.held {
            var armer = try ChildProcess([try runtimeFixture(), "cycle", many, records.path] + offsets.map { "\($0)" })
            let lines = LineReader(armer.standardOutput)
            while let line = lines.next(), line != "disarming" {}
            armer.send(number)
            #expect(armer.wait() == 0)
            #expect(try records.names() == [])
            #expect(try code(of: process.pid, executable: many, at: offsets).allSatisfy { $0 == 0x55 })
        }
    }

    @Test func `several that start at once share the records of the dead`() async throws {
        let records = try TemporaryFolder()
        let path = records.path
        let boot = String(decoding: try readFile("/proc/sys/kernel/random/boot_id").dropLast(), as: UTF8.self)
        for start in 1...500 { try writeFile("\(path)/\(boot).\(getpid()).\(start)", Array("nodespan armed 1\n".utf8)) }
        try await withThrowingTaskGroup(of: Healing.self) { group in
            for _ in 0..<4 {
                group.addTask { try Healing.run(folder: path, with: try ProcessWatch()) }
            }
            for try await healing in group { #expect(healing.unreadable == []) }
        }
        #expect(try records.names() == [])
    }

    @Test func `records of the living are left alone, those of another boot removed, others named`() throws {
        let records = try TemporaryFolder()
        let boot = String(decoding: try readFile("/proc/sys/kernel/random/boot_id").dropLast(), as: UTF8.self)
        let stat = String(decoding: try readFile("/proc/self/stat"), as: UTF8.self)
        let start = try #require(stat.split(separator: ")").last).split(separator: " ")[19]
        let living = "\(boot).\(getpid()).\(start)"
        let broken = "\(boot).\(getpid()).1"
        try writeFile("\(records.path)/\(living)", Array("nodespan armed 1\n".utf8))
        try writeFile("\(records.path)/\(broken)", Array("nodespan armed 1\nfile 1 2 3 4\nsite 5".utf8))
        try writeFile("\(records.path)/\(broken).new", Array("nodesp".utf8))
        try writeFile("\(records.path)/0000.1.1", Array("nodespan armed 1\nfile 1 2 3 4\nsite 5 55\n".utf8))
        try writeFile("\(records.path)/readme", [])
        let healing = try Healing.run(folder: records.path, with: try ProcessWatch())
        #expect(healing.unreadable == ["\(records.path)/\(broken)", "\(records.path)/readme"])
        #expect(healing.closedRecords == 1)
        #expect(healing.healed == [] && healing.remaining == [])
        #expect(try records.names() == [broken, living, "readme"].sorted())
        #expect(try Healing.run(folder: records.path + "/absent", with: try ProcessWatch()) == Healing())
    }
}

/// A child process in a collection.
private final class ProcessBox {
    private let process: ChildProcess
    private let lines: LineReader

    init(_ arguments: [String]) throws {
        process = try ChildProcess(arguments)
        lines = LineReader(process.standardOutput)
    }

    var pid: Int32 { process.pid }

    func send(_ signal: Int32) {
        process.send(signal)
    }

    func nextLine() -> String? {
        lines.next()
    }
}

/// Lets a moment pass that is too short to be slept.
private func spin(microseconds: Int) {
    let end = ContinuousClock.now + .microseconds(microseconds)
    while ContinuousClock.now < end {}
}
