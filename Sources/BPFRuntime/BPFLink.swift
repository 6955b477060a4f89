import CLibbpf
import Glibc

/// A program attached to something; it detaches when this goes.
package struct BPFLink: ~Copyable, Sendable {
    let descriptor: OwnedDescriptor

    init(owning descriptor: Int32) {
        self.descriptor = OwnedDescriptor(owning: descriptor)
    }

    /// Leaves it attached to the end of the process.
    consuming func leaveOpen() {
        descriptor.leaveOpen()
    }
}

extension BPFObject {
    /// Attaches a `tp_btf` program to the tracepoint that its section names.
    package func attachTracepoint(_ program: String) throws(BPFError) -> BPFLink {
        let descriptor = try descriptor(ofProgram: program)
        let (link, log) = LibbpfLog.during { bpf_raw_tracepoint_open(nil, descriptor) }
        if link < 0 { throw BPFError("attach tracepoint", on: "\(name)/\(program)", code: -link, log: log) }
        return BPFLink(owning: link)
    }

    /// Runs an `iter/task` program and returns all that it wrote, at most 16 MiB.
    /// - Parameter thread: only this thread, by its number in the caller's pid namespace (Linux 6.1).
    func runTaskIterator(_ program: String, thread: pid_t? = nil) throws(BPFError) -> [UInt8] {
        let descriptor = try descriptor(ofProgram: program)
        let subject = "\(name)/\(program)"
        var selection = bpf_iter_link_info()
        selection.task.tid = UInt32(thread ?? 0)
        let link = withUnsafeMutablePointer(to: &selection) { selection in
            var options = bpf_link_create_opts()
            options.sz = MemoryLayout<bpf_link_create_opts>.size
            if thread != nil {
                options.iter_info = selection
                options.iter_info_len = UInt32(MemoryLayout<bpf_iter_link_info>.size)
            }
            return bpf_link_create(descriptor, 0, BPF_TRACE_ITER, &options)
        }
        if link < 0 { throw BPFError("attach iterator", on: subject, code: -link) }
        let owner = BPFLink(owning: link)
        let stream = bpf_iter_create(owner.descriptor.number)
        if stream < 0 { throw BPFError("run iterator", on: subject, code: -stream) }
        return try OwnedDescriptor(owning: stream).remainder(of: subject, limit: 16 << 20)
    }
}
