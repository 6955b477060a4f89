// What the tests of BPFRuntime need a process of its own for: one that may be signalled, killed and start children.
// Every answer is a line on standard output.
//
//   signals                              prints "ready", then each termination signal that comes, until SIGTERM
//   launch COMMAND ARGUMENT...           has the command traced from its start; prints "launched TGID TRACED CODE"
//   cycle EXECUTABLE FOLDER OFFSET...    arms and disarms until a termination signal comes
import BPFRuntime
import CBPF
import Glibc

let signals = try TerminationSignals.hold()
let arguments = Array(CommandLine.arguments.dropFirst())

func say(_ text: String) {
    var line = text + "\n"
    line.withUTF8 { _ = write(1, $0.baseAddress, $0.count) }
}

switch arguments.first {
case "signals":
    startUnmaskedThread()
    say("ready")
    for await signal in signals.arrivals {
        say("\(signal.number)")
        if signal.number == SIGTERM { exit(0) }
    }

case "launch":
    let watch = try ProcessWatch()
    let (events, continuation) = AsyncStream.makeStream(
        of: ns_process_event.self, bufferingPolicy: .bufferingOldest(16))
    let reader = try watch.events { continuation.yield($0) }
    try watch.awaitLaunch(with: ns_process_settings())
    var argv = arguments.dropFirst().map { strdup($0) } + [nil]
    var pid = pid_t()
    let code = posix_spawn(&pid, arguments[1], nil, nil, &argv, environ)
    for await event in events where event.kind == NS_PROCESS_LAUNCHED.rawValue {
        let isTraced = try watch.processes().value(of: event.process) != nil
        say("launched \(event.process.tgid == UInt32(pid)) \(isTraced) \(code)")
        break
    }
    reader.stop()
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)

case "cycle":
    let watch = try ProcessWatch()
    let ledger = try ArmedLedger(folder: arguments[2])
    let sites = arguments.dropFirst(3).compactMap { UInt64($0) }
        .map { ProbeSite(program: "heal", offset: $0, cookie: 0) }
    let stopped = Flag()
    let listener = Task.detached {
        for await _ in signals.arrivals {
            stopped.raise()
            break
        }
    }
    while !stopped.isRaised {
        say("arming")
        let armed = try ArmedExecutable(arguments[1], sites: sites, of: watch.object, ledger: ledger)
        say("disarming")
        try armed.disarm()
    }
    await listener.value

default:
    exit(2)
}
