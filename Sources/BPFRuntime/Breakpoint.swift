/// The instruction that the kernel puts where a uprobe is (UPROBE_SWBP_INSN, arch/*/include/asm/uprobes.h).
enum Breakpoint {
    #if arch(x86_64)
        static let bytes: [UInt8] = [0xcc]
    #elseif arch(arm64)
        /// `brk #5`
        static let bytes: [UInt8] = [0xa0, 0x00, 0x20, 0xd4]
    #endif
}
