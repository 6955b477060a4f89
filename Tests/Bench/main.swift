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
    let rounds = numbers.first ?? 5
    let seconds = numbers.dropFirst().first ?? 2

    // First, while this process is small: see FinishedRun.peakResident.
    complain("analysing large programs")
    let analyses = [
        try Analysis(nodespan, of: "prometheus", in: "prometheus", budget: 60),
        try Analysis(nodespan, of: "etcd", in: "etcd-server", budget: 15),
    ]
    complain("200 processes of 5 executables")
    let scale = try NodeScale(nodespan, seconds: seconds)
    let server = try Server()
    var sections: [Section] = []
    var footprint: [Measurement] = []
    func measure(_ subject: Subject) throws {
        complain("\(subject.title): \(rounds) rounds untraced and traced of \(seconds) s each")
        let load = try LoadRounds(nodespan, subject, rounds: rounds, seconds: seconds)
        complain("\(subject.title): counting and timing probe hits, \(rounds) rounds of \(seconds) s")
        let probes = try ProbeCost(nodespan, subject, rounds: rounds, seconds: seconds)
        sections.append(Section(title: subject.title, measurements: probes.measurements + load.costs))
        footprint = load.footprint
    }
    for request in Request.allCases { try measure(server.measured(under: request)) }
    sections.append(Section(title: "The agent under that load, tracing one process", measurements: footprint))
    complain("exporting, \(rounds) rounds of \(seconds) s")
    let export = try ExportCost(nodespan, server.measured(under: .caller), rounds: rounds, seconds: seconds)
    sections.append(Section(title: "The agent when it exports as well", measurements: export.measurements))
    let splits = try [Collector.Speech.http, .grpc].map { speech in
        complain("where the agent's time goes, by \(speech)")
        return try PipelineSplit(nodespan, server, by: speech, rounds: rounds, seconds: seconds)
    }
    sections.append(
        Section(title: "The agent's CPU time per span, by step", measurements: splits.flatMap(\.measurements)))
    let answering = try CallLoad.server()
    try measure(CallLoad.measuredServer(answering))
    for kind in CallLoad.Kind.allCases { try measure(CallLoad.measuredClient(of: kind, to: answering)) }
    sections.append(
        Section(title: "The agent of a node, 200 processes of 5 executables", measurements: scale.measurements))
    sections.append(
        Section(
            title: "Analysis of Debian sid's programs, warm cache", measurements: analyses.flatMap(\.measurements)))

    print(
        """

        Programs of Go \(Server.goVersion), stripped, at full speed: servers of HTTP/1 under wrk with \(Load.connections) \
        connections, gRPC and clients with as many requests at a time, \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) CPUs for all. \
        Clients without injection.
        Medians, and the lowest and highest of the rounds. BPF times include what the kernel's statistics cost themselves.
        Times vary with the machine and what else runs on it, and fail beyond twice their budget; counts and sizes fail at once.

        \(Table(sections: sections).text)
        """)
    return sections.contains { $0.measurements.contains { $0.verdict == .exceeded } } ? 1 : 0
}

/// Says on standard error what goes on.
func complain(_ message: String) {
    let line = Array("bench: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
}
