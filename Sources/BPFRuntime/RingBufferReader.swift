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
    package var written: UInt64 { loop.positions.written }

    /// Hands over what is in the ring, then ends the thread. Takes no longer than that.
    package consuming func stop() {}

    deinit {
        stopSignal.send()
    }
}

/// What the reader's thread works on.
private final class RingLoop: Sendable {
    private static let recordsPerDrain = 1 << 20

    // Touched by `init`, then by the one thread that calls `run`, then by `deinit`.
    nonisolated(unsafe) private let buffer: OpaquePointer
    private let ring: OwnedDescriptor
    private let stop: OwnedDescriptor
    private let epoll: OwnedDescriptor
    private let pacing: RingPacing
    private let sink: RecordSink
    private let afterDrain: @Sendable (UInt64) -> Void
    let positions: RingPositions

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
        let positions = try RingPositions(of: ring, name: name)
        let sink = RecordSink(onRecord)
        let (made, log) = LibbpfLog.during {
            let buffer = ring_buffer__new(
                ring.number,
                { context, bytes, count in
                    guard let context, let bytes else { return 0 }
                    return Unmanaged<RecordSink>.fromOpaque(context).takeUnretainedValue()
                        .take(UnsafeRawBufferPointer(start: bytes, count: count))
                }, Unmanaged.passUnretained(sink).toOpaque(), nil)
            return (buffer: buffer, code: errno)
        }
        guard let buffer = made.buffer else { throw BPFError("map ring", on: name, code: made.code, log: log) }
        self.buffer = buffer
        self.ring = ring
        self.stop = stop
        self.epoll = epoll
        self.pacing = pacing
        self.sink = sink
        self.afterDrain = afterDrain
        self.positions = positions
    }

    deinit {
        ring_buffer__free(buffer)
    }

    func run() {
        var wait = pacing.shortest
        var stopping = false
        while !stopping {
            stopping = stopCame(within: wait)
            wait = pacing.wait(after: wait, records: consume())
            afterDrain(positions.read)
        }
    }

    /// Waits for a wake-up, the time, or the end; true for the end.
    private func stopCame(within wait: Duration) -> Bool {
        var events = [epoll_event](repeating: epoll_event(), count: 2)
        let milliseconds = Int32(clamping: wait / .milliseconds(1) < 1 ? 1 : Int64((wait / .milliseconds(1)).rounded()))
        let count = epoll_wait(epoll.number, &events, 2, milliseconds)
        return events.prefix(Int(max(0, count))).contains { $0.data.fd == stop.number }
    }

    /// Reads the ring until it is empty, or so many times that its producers must be as fast; records read.
    private func consume() -> Int {
        sink.begin(limit: Self.recordsPerDrain)
        ring_buffer__consume(buffer)
        return sink.taken
    }
}

/// Hands records on and counts them. Used by the reader's thread only.
private final class RecordSink: Sendable {
    private let onRecord: @Sendable (UnsafeRawBufferPointer) -> Void
    // Changed by the reader's thread only.
    nonisolated(unsafe) private(set) var taken = 0
    nonisolated(unsafe) private var limit = 0

    init(_ onRecord: @escaping @Sendable (UnsafeRawBufferPointer) -> Void) {
        self.onRecord = onRecord
    }

    func begin(limit: Int) {
        taken = 0
        self.limit = limit
    }

    /// Zero to go on, negative to have libbpf stop behind this record.
    func take(_ record: UnsafeRawBufferPointer) -> Int32 {
        onRecord(record)
        taken += 1
        return taken < limit ? 0 : -ECANCELED
    }
}
