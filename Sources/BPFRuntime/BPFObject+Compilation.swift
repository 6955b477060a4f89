import CLibbpf

extension BPFObject {
    /// Whether the kernel has compiled a program to machine code; else it interprets it, many times slower.
    package func isCompiled(_ program: String) throws(BPFError) -> Bool {
        let descriptor = try descriptor(ofProgram: program)
        var information = bpf_prog_info()
        var size = UInt32(MemoryLayout<bpf_prog_info>.size)
        let result = bpf_obj_get_info_by_fd(descriptor, &information, &size)
        if result < 0 { throw BPFError("inspect program", on: "\(name)/\(program)", code: -result) }
        return information.jited_prog_len > 0
    }
}
