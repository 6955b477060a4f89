package import BPFRuntime
import CBPF
import Spans

/// What becomes of a process's tracing while it runs.
extension Tracer {
    /// How long the requests in flight of a process that is traced no more are waited for.
    static let leaving = Duration.seconds(10)

    /// From now on, a process is traced in another way. Nothing is armed or disarmed for it.
    /// - Returns: whether it is traced.
    package func change(_ pid: Int32, to options: TracingOptions) throws(BPFError) -> Bool {
        guard let (slot, image) = tracedNow(pid) else { return false }
        guard var settings = try processes.value(of: image) else { return false }
        options.sampler.apply(to: &settings)
        options.limits.apply(to: &settings)
        // It may have ended since. Where BPF has switched its writes off meanwhile, the event of that comes later, and
        // switches them off again.
        guard try processes.replace(settings, for: image) else { return false }
        assembler.change(options, slot: slot, at: { spanReader?.written ?? 0 })
        return true
    }

    /// Has BPF's switching off of a process's writes last, which a change of its settings may just have undone.
    func stopWriting(to image: ns_process_image) throws(BPFError) {
        guard var settings = try processes.value(of: image), settings.writes != 0 else { return }
        settings.writes = 0
        _ = try processes.replace(settings, for: image)
    }

    /// Has a process that has a slot already traced by these options.
    /// - Returns: whether it was leaving.
    func traceAgain(_ process: Traced, slot: UInt32, _ options: TracingOptions) throws(TracerError) -> Bool {
        guard let image = process.image else { return false }
        assembler.change(options, slot: slot, at: { spanReader?.written ?? 0 })
        var settings = settings(slot: slot, options)
        if process.writesAreOff { settings.writes = 0 }
        guard process.leavingSince != nil else {
            do throws(BPFError) {
                _ = try processes.replace(settings, for: image)
            } catch {
                throw .bpf(error)
            }
            return false
        }
        try enable(image, pid: process.pid, settings: settings)
        traced[slot]?.leavingSince = nil
        traced[slot]?.isQuiet = false
        return true
    }

    /// Traces a process no more from its next request on: it stays as it is. What is in flight is told of when it ends, for a
    /// while.
    /// - Returns: whether it was traced.
    package func untrace(_ pid: Int32) throws(BPFError) -> Bool {
        guard let (slot, image) = tracedNow(pid) else { return false }
        guard try processes.remove(image) else { return false }
        traced[slot]?.leavingSince = .now
        return true
    }

    private func tracedNow(_ pid: Int32) -> (slot: UInt32, image: ns_process_image)? {
        for (slot, process) in traced where process.pid == pid && process.leavingSince == nil {
            if let image = process.image { return (slot, image) }
        }
        return nil
    }

    /// Forgets processes that are traced no more, once none of their requests is in flight.
    func lookAfterLeaving(now: ContinuousClock.Instant) throws(BPFError) {
        let leaving = traced.filter { $0.value.leavingSince != nil }
        if leaving.isEmpty { return }
        let present = Set(try inFlight.images().map(\.key))
        for (slot, process) in leaving {
            guard let image = process.image, let since = process.leavingSince else { continue }
            let isQuiet = !present.contains(image.key)
            // What was just beginning may not be in flight yet, and of what was just ending the record may not be written.
            if isQuiet ? !process.isQuiet : now - since < Self.leaving {
                traced[slot]?.isQuiet = isQuiet
                continue
            }
            let left = try inFlight.remove(image)
            ended.books.add(left.sampled, to: .untraced)
            ended.books.add(left.capped, to: .rateCap)
            ended.books.unsampled += left.unsampled
            try release(slot)
        }
    }
}
