import CLibbpf
import Glibc

/// The signals that would end the process, held back from all of it and handed out as values: one that were pending while
/// probes are attached or detached would leave breakpoints in running programs. SIGKILL and real-time signals are not held;
/// SIGPIPE and SIGXFSZ are ignored, since the write that caused them fails anyway.
///
/// They are blocked, and they have a handler. Blocking alone does not do: a thread that waits with a mask of its own, as
/// swift-subprocess's does in `epoll_pwait`, would let the process be ended. A program that is executed starts with the
/// default dispositions, and inherits the blocked mask unless whoever starts it resets that (swift-subprocess does).
package struct TerminationSignals: ~Copyable, Sendable {
    package static let held = [
        SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGIO, SIGPWR,
        SIGSTKFLT,
    ]

    /// A signal that came.
    package struct Arrival: Sendable {
        package let number: Int32
        /// The terminal sent it upon Ctrl-C or Ctrl-\\, so that every process in the foreground has got it. (Of a hang-up
        /// the kernel tells the session's leader only.)
        package let isFromTerminal: Bool
    }

    /// The signals that came, in order; those that come while eight wait to be read are dropped, as the kernel drops a
    /// signal that is pending already. For one reader.
    package let arrivals: AsyncStream<Arrival>
    private let stopSignal: StopSignal
    // Behind `stopSignal`, which `deinit` sends before the thread is joined.
    private let thread: WorkerThread

    /// Holds the signals from here on. Call it first in `main`: threads that exist already keep their own mask. One that
    /// is ignored on entry, as SIGHUP is under nohup, stays ignored.
    package static func hold() throws(BPFError) -> TerminationSignals {
        for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
        var set = sigset_t()
        sigemptyset(&set)
        for number in held where !isIgnored(number) {
            sigaddset(&set, number)
            if handle_held_signal(number) != 0 { throw BPFError("handle", on: "signal \(number)", code: errno) }
        }
        let code = pthread_sigmask(SIG_BLOCK, &set, nil)
        if code != 0 { throw BPFError("block", on: "termination signals", code: code) }
        let descriptor = signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        if descriptor < 0 { throw BPFError("read", on: "termination signals", code: errno) }
        return try TerminationSignals(reading: OwnedDescriptor(owning: descriptor))
    }

    private init(reading descriptor: consuming OwnedDescriptor) throws(BPFError) {
        let stopSignal = try StopSignal()
        let (arrivals, continuation) = AsyncStream.makeStream(of: Arrival.self, bufferingPolicy: .bufferingOldest(8))
        let source = SignalSource(signals: descriptor, stop: try stopSignal.waitable())
        let thread = try WorkerThread(name: "signals") {
            while let arrival = source.next() { continuation.yield(arrival) }
            continuation.finish()
        }
        self.arrivals = arrivals
        self.stopSignal = stopSignal
        self.thread = thread
    }

    deinit {
        stopSignal.send()
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
    }
}

/// What the thread reads.
private final class SignalSource: Sendable {
    private let signals: OwnedDescriptor
    private let stop: OwnedDescriptor

    init(signals: consuming OwnedDescriptor, stop: consuming OwnedDescriptor) {
        self.signals = signals
        self.stop = stop
    }

    /// SI_KERNEL of include/uapi/asm-generic/siginfo.h.
    private static let fromKernel: Int32 = 0x80

    /// The next signal; nil when told to stop.
    func next() -> TerminationSignals.Arrival? {
        while true {
            var waits = [
                pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stop.number, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waits, nfds_t(waits.count), -1) > 0 else { continue }
            if waits[1].revents != 0 { return nil }
            var information = signalfd_siginfo()
            let size = MemoryLayout<signalfd_siginfo>.size
            if read(signals.number, &information, size) == size {
                let number = Int32(bitPattern: information.ssi_signo)
                return TerminationSignals.Arrival(
                    number: number,
                    isFromTerminal: (number == SIGINT || number == SIGQUIT)
                        && origin_of_signal(&information) == Self.fromKernel)
            }
        }
    }
}
