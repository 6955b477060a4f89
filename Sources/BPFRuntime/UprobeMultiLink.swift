import CLibbpf
import Glibc

/// One program on many places of one executable file, in every process that maps it (Linux 6.6). Closing the link takes
/// the breakpoints out again (about 25 ms, whatever their number); a fatal signal that is pending then leaves them in.
package struct UprobeMultiLink: ~Copyable, Sendable {
    /// A place in the file, and what `bpf_get_attach_cookie` returns there.
    package struct Site: Hashable, Sendable {
        /// File offset, bytes.
        package let offset: UInt64
        package let cookie: UInt64

        package init(offset: UInt64, cookie: UInt64) {
            self.offset = offset
            self.cookie = cookie
        }
    }

    private let link: BPFLink

    /// - Parameters:
    ///   - program: a program of section "uprobe".
    ///   - path: the executable file. The link keeps its mount busy.
    package init(
        _ program: String, of object: borrowing BPFObject, path: String, sites: [Site]
    ) throws(BPFError) {
        let descriptor = try object.descriptor(ofProgram: program)
        let created: Int32 = path.withCString { path in
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
        if created < 0 {
            throw BPFError("attach probes", on: "\(object.name)/\(program) to \(path)", code: -created)
        }
        link = BPFLink(owning: created)
    }
}
