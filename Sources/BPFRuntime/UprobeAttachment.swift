import CLibbpf
import Glibc

/// The kernel's perf events on uprobes.
enum PerfUprobes {
    /// `perf_event_attr.type` of such an event.
    static func eventType() throws(BPFError) -> UInt32 {
        let path = "/sys/bus/event_source/devices/uprobe/type"
        let text = String(
            decoding: try OwnedDescriptor(opening: path, O_RDONLY).remainder(of: path, limit: 64), as: UTF8.self)
        guard let type = UInt32(text.prefix { $0.isNumber }) else { throw BPFError("read", on: path, code: EINVAL) }
        return type
    }
}

extension BPFObject {
    func attachMulti(
        _ program: String, path: String, sites: [ProbeLinks.Site]
    ) throws(BPFError) -> BPFLink {
        let descriptor = try descriptor(ofProgram: program)
        let link: Int32 = path.withCString { path in
            sites.map(\.offset).withUnsafeBufferPointer { offsets in
                sites.map(\.cookie).withUnsafeBufferPointer { cookies in
                    var attributes = uprobe_multi_link_attributes()
                    attributes.program = UInt32(descriptor)
                    attributes.attach_type = UInt32(UPROBE_MULTI_ATTACH_TYPE)
                    attributes.path = UInt64(UInt(bitPattern: path))
                    attributes.offsets = UInt64(UInt(bitPattern: offsets.baseAddress))
                    attributes.cookies = UInt64(UInt(bitPattern: cookies.baseAddress))
                    attributes.count = UInt32(sites.count)
                    let link = uprobe_multi_link_create(&attributes)
                    return link < 0 ? -errno : link
                }
            }
        }
        if link < 0 { throw BPFError("attach probes", on: "\(name)/\(program) to \(path)", code: -link) }
        return BPFLink(owning: link)
    }

    func attachPerf(
        _ program: String, type: UInt32, path: String, site: ProbeLinks.Site
    ) throws(BPFError) -> BPFLink {
        let descriptor = try descriptor(ofProgram: program)
        let subject = "\(name)/\(program) to \(path)"
        let event = perf_event_open_uprobe(type, path, site.offset)
        if event < 0 { throw BPFError("attach probes", on: subject, code: errno) }
        // The link keeps the event.
        let eventOwner = OwnedDescriptor(owning: event)
        var options = bpf_link_create_opts()
        options.sz = MemoryLayout<bpf_link_create_opts>.size
        options.perf_event.bpf_cookie = site.cookie
        let link = bpf_link_create(descriptor, eventOwner.number, BPF_PERF_EVENT, &options)
        if link < 0 { throw BPFError("attach probes", on: subject, code: -link) }
        return BPFLink(owning: link)
    }
}
