// Bench NODESPAN [ROUNDS [SECONDS]]: measures nodespan against its budgets on real programs, and prints a table. Exits 1
// when a count or a size is over its budget, or a time is over twice its budget.
import Glibc
import TestSupport

do {
    exit(try run(Array(CommandLine.arguments.dropFirst())))
} catch {
    complain("\(error)")
    exit(1)
}

func run(_ arguments: [String]) throws -> Int32 {
    let numbers = arguments.dropFirst().map { Int($0) ?? 0 }
    guard (1...3).contains(arguments.count), numbers.allSatisfy({ $0 > 0 }) else {
        complain("usage: Bench NODESPAN [ROUNDS [SECONDS]]")
        return 2
    }
    guard geteuid() == 0 else {
        complain("loading BPF programs needs root")
        return 3
    }
    let nodespan = arguments[0]
    let rounds = numbers.first ?? 7
    let seconds = numbers.dropFirst().first ?? 3

    // First, while this process is small: see FinishedRun.peakResident.
    complain("analysing a large binary")
    let analysis = try Analysis(nodespan)
    let server = try Server()
    complain("loading a server, \(rounds) rounds untraced and traced of \(seconds) s each")
    let load = try LoadRounds(nodespan, server, rounds: rounds, seconds: seconds)
    complain("counting and timing probe hits, \(seconds) s")
    let probes = try ProbeCost(nodespan, server, seconds: seconds)

    let measurements = probes.measurements + load.measurements + analysis.measurements
    print(
        """

        Go \(Server.goVersion) net/http, stripped; wrk with \(Load.connections) connections as fast as it can; 1 process traced; \
        \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) CPUs shared by all.
        Medians, and the lowest and highest round. BPF times include the kernel's own clock reading, some 10 to 50 ns.
        Times differ between machines and with what else runs: they fail from twice the budget on, counts and sizes at once.

        \(Table(measurements: measurements).text)
        """)
    return measurements.contains { $0.verdict == .exceeded } ? 1 : 0
}

/// Says on standard error what goes on.
func complain(_ message: String) {
    let line = Array("bench: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
}
