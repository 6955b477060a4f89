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
    private let execFilter: BPFMap<UInt32, ns_exec_filter>

    /// - Parameter kind: how uprobes must be attached; nil for the best that the kernel has.
    /// - Throws: among others, what the kernel lacks (`KernelFeatures.refusal`).
    package init(attaching kind: AttachKind? = nil) throws(BPFError) {
        let kind = try KernelFeatures.probe().attachKind(wanted: kind)
        let object = try BPFObject(ns_image_process(), name: "process", attachKind: kind)
        let launches: BPFMap<UInt32, ns_launch> = try object.map("launch")
        let execFilter: BPFMap<UInt32, ns_exec_filter> = try object.map("exec_filter")
        let onExec = try object.attachTracepoint("on_exec")
        let onExit = try object.attachTracepoint("on_exit")
        self.object = object
        self.launches = launches
        self.execFilter = execFilter
        self.onExec = onExec
        self.onExit = onExit
    }

    /// Every process that runs now, kernel threads included, by thread group id in the initial pid namespace.
    package func images() throws(BPFError) -> [Int32: ns_process_image] {
        var images: [Int32: ns_process_image] = [:]
        for image in try Self.decoded(object.runTaskIterator("list_processes"), as: ns_process_image.self) {
            images[Int32(bitPattern: image.tgid)] = image
        }
        return images
    }

    /// The image that runs as `pid` in the caller's pid namespace, nil when there is none; its `tgid` is the one in the
    /// initial namespace.
    package func image(of pid: Int32) throws(BPFError) -> ns_process_image? {
        guard pid > 0 else { return nil }
        let images = try Self.decoded(
            object.runTaskIterator("list_processes", thread: pid), as: ns_process_image.self)
        // A kernel that doesn't know of the choice lists all.
        if images.count > 1 {
            throw BPFError(
                KernelFeatures.refusal, on: "this kernel", code: EOPNOTSUPP, log: "task iterators for one thread")
        }
        return images.first
    }

    /// The file whose code a process runs, by its pid in the caller's pid namespace. Nil when there is no such process, it is a
    /// kernel thread or has ended, or its code is in no file any more.
    package func program(of pid: Int32) throws(BPFError) -> ns_mapped_file? {
        guard pid > 0 else { return nil }
        return try Self.decoded(object.runTaskIterator("show_mapped_files", thread: pid), as: ns_mapped_file.self).first
    }

    /// A file as a process that runs it would show it by `program`. Nil for what can't be mapped.
    package func program(at path: String) throws(BPFError) -> ns_mapped_file? {
        let file = try OwnedDescriptor(opening: path, O_RDONLY)
        // Nothing is read through it: a file that was truncated must not end this process.
        let length = sysconf(Int32(_SC_PAGESIZE))
        let page = mmap(nil, length, PROT_READ, MAP_PRIVATE, file.number, 0)
        guard let page, page != MAP_FAILED else { return nil }
        defer { munmap(page, length) }
        return try Self.decoded(object.runTaskIterator("show_mapped_files", thread: getpid()), as: ns_mapped_file.self)
            .first { $0.address == UInt64(UInt(bitPattern: page)) }
    }

    /// Settings of the traced images; an entry traces its process.
    package func processes() throws(BPFError) -> BPFMap<ns_process_image, ns_process_settings> {
        try object.map("processes")
    }

    /// Counters by slot.
    package func counters() throws(BPFError) -> BPFMap<UInt32, ns_process_counters> {
        try object.map("counters")
    }

    /// Reads the events of processes.
    /// - Parameters:
    ///   - onEvent: called on the reader's thread.
    ///   - onMiss: called there, behind the events that there was room for, when there was none for others: at most a second
    ///     after the first.
    package func events(
        _ onEvent: @escaping @Sendable (ns_process_event) -> Void, onMiss: @escaping @Sendable () -> Void = {}
    ) throws(BPFError) -> RingBufferReader {
        let missed = try MissedEvents(of: object)
        return try RingBufferReader(
            "process_events", of: object, pacing: .events,
            onRecord: { record in
                guard record.count >= MemoryLayout<ns_process_event>.size else { return }
                onEvent(record.loadUnaligned(as: ns_process_event.self))
            }, afterDrain: { _ in if missed.hasGrown() { onMiss() } })
    }

    /// Has `events` tell of execs from now on.
    package func reportExecs(of names: ExecNames) throws(BPFError) {
        try execFilter.set(names.filter, for: 0)
    }

    /// Has the next program that a child of this process executes traced from its first instruction on.
    package func awaitLaunch(with settings: ns_process_settings, execsBefore: UInt32 = 0) throws(BPFError) {
        guard let own = try image(of: getpid()) else { throw BPFError("identify", on: "own process", code: ESRCH) }
        try launches.set(ns_launch(parent_tgid: own.tgid, execs_before: execsBefore, settings: settings), for: 0)
    }

    /// Waits for no launch any more, because the child could not be started.
    package func cancelLaunch() throws(BPFError) {
        try launches.set(ns_launch(), for: 0)
    }

    private static func decoded<Element: BitwiseCopyable>(_ bytes: [UInt8], as type: Element.Type) -> [Element] {
        let size = MemoryLayout<Element>.size
        return bytes.withUnsafeBytes { bytes in
            stride(from: 0, through: bytes.count - size, by: size).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Element.self)
            }
        }
    }
}
