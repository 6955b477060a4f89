package import CBPF
import Glibc

/// The programs of `process.bpf.c`, loaded and attached: as long as this lives, settings and in-flight requests of
/// images that end are dropped in the kernel, and `process_events` tells of it.
package struct ProcessWatch: ~Copyable, Sendable {
    /// Owns the maps that the other objects share.
    package let object: BPFObject
    private let onExec: BPFLink
    private let onExit: BPFLink
    private let launches: BPFMap<UInt32, ns_launch>

    /// - Parameter kind: how uprobes must be attached; nil for the best that the kernel has.
    /// - Throws: among others, what the kernel lacks (`KernelFeatures.refusal`).
    package init(attaching kind: AttachKind? = nil) throws(BPFError) {
        let kind = try KernelFeatures.probe().attachKind(wanted: kind)
        let object = try BPFObject(ns_image_process(), name: "process", attachKind: kind)
        let launches: BPFMap<UInt32, ns_launch> = try object.map("launch")
        let onExec = try object.attachTracepoint("on_exec")
        let onExit = try object.attachTracepoint("on_exit")
        self.object = object
        self.launches = launches
        self.onExec = onExec
        self.onExit = onExit
    }

    /// Every process that runs now, kernel threads included, by thread group id in the initial pid namespace.
    package func images() throws(BPFError) -> [Int32: ns_process_image] {
        var images: [Int32: ns_process_image] = [:]
        for image in try Self.decoded(object.runTaskIterator("list_processes")) {
            images[Int32(bitPattern: image.tgid)] = image
        }
        return images
    }

    /// The image that runs as `pid` in the caller's pid namespace, nil when there is none; its `tgid` is the one in the
    /// initial namespace.
    package func image(of pid: Int32) throws(BPFError) -> ns_process_image? {
        guard pid > 0 else { return nil }
        let images = try Self.decoded(object.runTaskIterator("list_processes", thread: pid))
        // A kernel that doesn't know of the choice lists all.
        if images.count > 1 {
            throw BPFError(
                KernelFeatures.refusal, on: "this kernel", code: EOPNOTSUPP, log: "task iterators for one thread")
        }
        return images.first
    }

    /// Settings of the traced images; an entry traces its process.
    package func processes() throws(BPFError) -> BPFMap<ns_process_image, ns_process_settings> {
        try object.map("processes")
    }

    /// Counters by slot.
    package func counters() throws(BPFError) -> BPFMap<UInt32, ns_process_counters> {
        try object.map("counters")
    }

    /// Reads the events of traced processes. `onEvent` is called on the reader's thread.
    package func events(
        _ onEvent: @escaping @Sendable (ns_process_event) -> Void
    ) throws(BPFError) -> RingBufferReader {
        try RingBufferReader("process_events", of: object, pacing: .events) { record in
            guard record.count >= MemoryLayout<ns_process_event>.size else { return }
            onEvent(record.loadUnaligned(as: ns_process_event.self))
        }
    }

    /// Has the next program that a child of this process executes traced from its first instruction on.
    package func awaitLaunch(with settings: ns_process_settings) throws(BPFError) {
        guard let own = try image(of: getpid()) else { throw BPFError("identify", on: "own process", code: ESRCH) }
        try launches.set(ns_launch(parent_tgid: own.tgid, reserved: 0, settings: settings), for: 0)
    }

    /// Waits for no launch any more, because the child could not be started.
    package func cancelLaunch() throws(BPFError) {
        try launches.set(ns_launch(), for: 0)
    }

    private static func decoded(_ bytes: [UInt8]) -> [ns_process_image] {
        let size = MemoryLayout<ns_process_image>.size
        return bytes.withUnsafeBytes { bytes in
            stride(from: 0, through: bytes.count - size, by: size).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: ns_process_image.self)
            }
        }
    }
}
