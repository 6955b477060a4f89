import CLibbpf
import Glibc

/// What tracing needs of the running kernel, found by trying it; nothing is attached. Distributions carry features back
/// into older kernels, so that a version number tells little.
package struct KernelFeatures: Equatable, Sendable {
    /// The oldest kernel of kernel.org that has all of it.
    package static let oldestKernel = "6.1"
    /// Of a `BPFError` about a kernel that lacks something: its subject names the kernel, its log what is missing.
    package static let refusal = "run on"

    /// As `uname -r` prints it.
    package let release: String
    /// Why a kind of attachment can't be used. One that is not in here can.
    package let attachErrors: [AttachKind: BPFError]
    /// Why BPF can't be used at all, mostly for want of privileges; the other lists say nothing then.
    package let obstacle: BPFError?
    /// What else is missing, in words for people.
    package let missing: [String]

    /// Tries everything: a few programs of two instructions are loaded, about a millisecond.
    package static func probe() -> KernelFeatures {
        let release = currentRelease()
        do throws(BPFError) {
            let attachErrors = try Dictionary(
                uniqueKeysWithValues: AttachKind.allCases.map { kind throws(BPFError) in (kind, try error(of: kind)) })
            return KernelFeatures(
                release: release, attachErrors: attachErrors.compactMapValues { $0 }, obstacle: nil,
                missing: missingFeatures())
        } catch {
            return KernelFeatures(release: release, attachErrors: [:], obstacle: error, missing: [])
        }
    }

    /// The kind to attach with.
    /// - Parameter wanted: no other will do.
    /// - Throws: when the kernel has none, not the one wanted, or lacks something else.
    package func attachKind(wanted: AttachKind? = nil) throws(BPFError) -> AttachKind {
        if let obstacle { throw obstacle }
        var missing = missing
        let candidates = wanted.map { [$0] } ?? AttachKind.byPreference
        let kind = candidates.first { attachErrors[$0] == nil }
        if kind == nil {
            missing += candidates.compactMap { attachErrors[$0] }.map { error in
                error.code == EINVAL || error.code == ENOENT ? error.subject : "\(error.subject) (\(error.reason))"
            }
        }
        guard let kind, missing.isEmpty else {
            throw BPFError(Self.refusal, on: "Linux \(release)", code: EOPNOTSUPP, log: missing.joined(separator: ", "))
        }
        return kind
    }

    private static func currentRelease() -> String {
        var names = utsname()
        uname(&names)
        return withUnsafeBytes(of: names.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// What attaching would fail with. Both kinds are tried with something that can't be attached, and then tell by the
    /// kind of refusal whether they are there.
    private static func error(of kind: AttachKind) throws(BPFError) -> BPFError? {
        switch kind {
        case .multi: try multiError()
        case .perf: try perfError()
        }
    }

    /// A kernel with uprobe_multi says EBADF of a path that is no regular file (kernel/trace/bpf_trace.c,
    /// bpf_uprobe_multi_link_attach), one without it EINVAL.
    private static func multiError() throws(BPFError) -> BPFError? {
        let program = try emptyProgram(for: .multi)
        let code = "/".withCString { path in
            var offset: UInt64 = 0
            return withUnsafePointer(to: &offset) { offset in
                var attributes = uprobe_multi_link_attributes()
                attributes.program = UInt32(program.number)
                attributes.attach_type = UInt32(UPROBE_MULTI_ATTACH_TYPE)
                attributes.path = UInt64(UInt(bitPattern: path))
                attributes.offsets = UInt64(UInt(bitPattern: offset))
                attributes.count = 1
                return uprobe_multi_link_create(&attributes) < 0 ? errno : 0
            }
        }
        return code == EBADF ? nil : BPFError("attach probes", on: "uprobe_multi", code: code)
    }

    /// A kernel that has the links says EBADF of a perf event that is none, one without them EINVAL. An event on a place
    /// in a folder is refused with EINVAL by a kernel that would take one in a file.
    private static func perfError() throws(BPFError) -> BPFError? {
        let program = try emptyProgram(for: .perf)
        let link = bpf_link_create(program.number, -1, BPF_PERF_EVENT, nil)
        if link != -EBADF { return BPFError("attach probes", on: "BPF links of perf events", code: -link) }
        do throws(BPFError) {
            let event = perf_event_open_uprobe(try PerfUprobes.eventType(), "/", 0)
            let code = event < 0 ? errno : 0
            if event >= 0 { close(event) }
            return code == EINVAL ? nil : BPFError("open", on: "perf events on uprobes", code: code)
        } catch {
            return error
        }
    }

    private static func missingFeatures() -> [String] {
        var missing: [String] = []
        if access("/sys/kernel/btf/vmlinux", R_OK) != 0 { missing.append("BTF (/sys/kernel/btf/vmlinux)") }
        let types: [(bpf_map_type, String)] = [(BPF_MAP_TYPE_RINGBUF, "the BPF ring buffer")]
        for (type, name) in types where libbpf_probe_bpf_map_type(type, nil) == 0 { missing.append(name) }
        let helpers: [(bpf_func_id, String)] = [
            (BPF_FUNC_get_current_task_btf, "bpf_get_current_task_btf"),
            (BPF_FUNC_for_each_map_elem, "bpf_for_each_map_elem"),
            (BPF_FUNC_get_attach_cookie, "bpf_get_attach_cookie"), (BPF_FUNC_loop, "bpf_loop"),
        ]
        for (helper, name) in helpers where libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, helper, nil) == 0 {
            missing.append(name)
        }
        return missing
    }

    /// `r0 = 0; exit`
    private static func emptyProgram(for kind: AttachKind) throws(BPFError) -> OwnedDescriptor {
        let code = [
            bpf_insn(code: UInt8(BPF_ALU64 | BPF_MOV | BPF_K), dst_reg: 0, src_reg: 0, off: 0, imm: 0),
            bpf_insn(code: UInt8(BPF_JMP | BPF_EXIT), dst_reg: 0, src_reg: 0, off: 0, imm: 0),
        ]
        var options = bpf_prog_load_opts()
        options.sz = MemoryLayout<bpf_prog_load_opts>.size
        options.expected_attach_type = kind.expectedAttachType
        let program = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "nodespan_probe", "GPL", code, code.count, &options)
        if program < 0 { throw BPFError("load", on: "BPF programs", code: -program) }
        return OwnedDescriptor(owning: program)
    }
}
