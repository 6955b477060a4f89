import CLibbpf
import Glibc

/// Reads a BPF ring buffer on a thread of its own, on a timer and whenever a program forces a wake-up.
package struct RingBufferReader: ~Copyable, Sendable {
    private let loop: RingLoop
    private let stopSignal: StopSignal
    // Behind `stopSignal`, which `deinit` sends before the thread is joined.
    private let thread: WorkerThread

    /// Starts reading.
    /// - Parameters:
    ///   - ring: the map's name in `object`; the reader keeps the map alive.
    ///   - onRecord: called on the reader's thread, once a record, in order; the bytes are valid during the call. While
    ///     it runs nothing is read, so it must not block.
    ///   - afterDrain: called on the reader's thread whenever the ring has been read, and at least as often as `pacing`
    ///     allows for, with the position up to which it has.
    package init(
        _ ring: String, of object: borrowing BPFObject, pacing: RingPacing,
        onRecord: @escaping @Sendable (UnsafeRawBufferPointer) -> Void,
        afterDrain: @escaping @Sendable (UInt64) -> Void = { _ in }
    ) throws(BPFError) {
        let stopSignal = try StopSignal()
        let loop = try RingLoop(
            ring: object.ring(ring), stop: stopSignal.waitable(), name: "\(object.name)/\(ring)", pacing: pacing,
            onRecord: onRecord, afterDrain: afterDrain)
        let thread = try WorkerThread(name: "ring \(ring)") { loop.run() }
        self.loop = loop
        self.stopSignal = stopSignal
        self.thread = thread
    }

    /// How far the ring has been written, in bytes since it was made: all records that are in it by now end before.
    package var written: UInt64 { loop.written }

    /// Hands over what is in the ring, then ends the thread. Takes no longer than that.
    package consuming func stop() {}

    deinit {
        stopSignal.send()
    }
}

/// What the reader's thread works on.
private final class RingLoop: Sendable {
    /// So few that `afterDrain` is called often while they come as fast as they are read.
    private static let recordsPerDrain = 4096

    private let ring: OwnedDescriptor
    private let mapping: RingMapping
    private let stop: OwnedDescriptor
    private let epoll: OwnedDescriptor
    private let pacing: RingPacing
    private let onRecord: @Sendable (UnsafeRawBufferPointer) -> Void
    private let afterDrain: @Sendable (UInt64) -> Void

    init(
        ring: consuming OwnedDescriptor, stop: consuming OwnedDescriptor, name: String, pacing: RingPacing,
        onRecord: @escaping @Sendable (UnsafeRawBufferPointer) -> Void,
        afterDrain: @escaping @Sendable (UInt64) -> Void
    ) throws(BPFError) {
        let epoll = OwnedDescriptor(owning: epoll_create1(Int32(EPOLL_CLOEXEC)))
        // Edge triggered: a level would be up whenever a record lies there, wake-up or not, and defeat the timer.
        var onWakeUp = epoll_event(events: EPOLLIN.rawValue | EPOLLET.rawValue, data: epoll_data(fd: ring.number))
        var onStop = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(fd: stop.number))
        guard epoll_ctl(epoll.number, EPOLL_CTL_ADD, ring.number, &onWakeUp) == 0,
            epoll_ctl(epoll.number, EPOLL_CTL_ADD, stop.number, &onStop) == 0
        else { throw BPFError("wait for", on: name, code: errno) }
        mapping = try RingMapping(of: ring, name: name)
        self.ring = ring
        self.stop = stop
        self.epoll = epoll
        self.pacing = pacing
        self.onRecord = onRecord
        self.afterDrain = afterDrain
    }

    var written: UInt64 { mapping.written }

    func run() {
        var (wait, taken, stopping) = (pacing.shortest, 0, false)
        while !stopping {
            // There may be more.
            stopping = stopCame(within: taken < Self.recordsPerDrain ? wait : .zero)
            // What is written after the end came isn't read.
            let end = mapping.written
            repeat {
                taken = mapping.consume(limit: Self.recordsPerDrain, onRecord)
                afterDrain(mapping.read)
            } while stopping && taken == Self.recordsPerDrain && mapping.read < end
            wait = pacing.wait(after: wait, records: taken)
        }
    }

    /// Waits for a wake-up, the time, or the end; true for the end.
    private func stopCame(within wait: Duration) -> Bool {
        var events = [epoll_event](repeating: epoll_event(), count: 2)
        let milliseconds = Int32(clamping: Int64((wait / .milliseconds(1)).rounded(.up)))
        let count = epoll_wait(epoll.number, &events, 2, milliseconds)
        return events.prefix(Int(max(0, count))).contains { $0.data.fd == stop.number }
    }
}
