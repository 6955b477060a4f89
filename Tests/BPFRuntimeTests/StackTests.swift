#if arch(x86_64)
    @testable import BPFRuntime
    import CBPF
    import CLibbpf
    import Glibc
    import Testing

    @Suite struct `A program on a uprobe` {
        /// It can be preempted by another task that hits the same probe on that CPU. From Linux 6.13 on the kernel may give
        /// a program with a deep stack one per CPU, which the two would share; bpf/lib/task_stack.h says what keeps it from
        /// that. The stack's address is made at the program's start by `add %gs:this_cpu_off,%r9`
        /// (arch/x86/net/bpf_jit_comp.c: emit_priv_frame_ptr), an instruction that compiled BPF has nowhere else.
        @Test func `runs on the stack of the task that hit it`() throws {
            let watch = try ProcessWatch()
            let object = try BPFObject(ns_image_http_server(), name: "http_server", sharingMapsOf: watch.object)
            let programs = try uprobePrograms(of: ns_image_http_server())
            #expect(programs.count > 1)
            for program in programs {
                let code = try compiledCode(of: try object.descriptor(ofProgram: program))
                #expect(code.count > 64, "\(program)")
                #expect(code.firstRange(of: [0x65, 0x4c, 0x03, 0x0c, 0x25]) == nil, "\(program)")
            }
        }

        private func uprobePrograms(of image: ns_image) throws -> [String] {
            var options = bpf_object_open_opts()
            options.sz = MemoryLayout<bpf_object_open_opts>.size
            let object = try #require(bpf_object__open_mem(image.bytes, image.size, &options))
            defer { bpf_object__close(object) }
            var names: [String] = []
            var program = bpf_object__next_program(object, nil)
            while let current = program {
                if bpf_program__section_name(current).map({ String(cString: $0) }) == "uprobe" {
                    names.append(String(cString: bpf_program__name(current)))
                }
                program = bpf_object__next_program(object, current)
            }
            return names
        }

        /// What the kernel has compiled a program to, its subprograms included.
        private func compiledCode(of program: CInt) throws -> [UInt8] {
            var information = bpf_prog_info()
            var size = UInt32(MemoryLayout<bpf_prog_info>.size)
            try #require(bpf_obj_get_info_by_fd(program, &information, &size) == 0)
            let length = Int(information.jited_prog_len)
            return try [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
                information = bpf_prog_info()
                information.jited_prog_len = UInt32(length)
                information.jited_prog_insns = UInt64(UInt(bitPattern: buffer.baseAddress))
                try #require(bpf_obj_get_info_by_fd(program, &information, &size) == 0)
                // The address is cleared for a reader that may not see the kernel's.
                try #require(information.jited_prog_insns != 0)
                count = min(length, Int(information.jited_prog_len))
            }
        }
    }
#endif
