import Testing

@testable import CodeSites

/// What the code right before a call shows of its arguments.
@Suite struct `The origin of an argument` {
    private func decode(_ code: [UInt8]) throws(CodeError) -> FunctionCode {
        var disassembler = try Disassembler(for: .amd64)
        return try disassembler.decode(code, at: 0x1000)
    }

    /// call 0x1005, when at 0x1000
    private static let call: [UInt8] = [0xe8, 0, 0, 0, 0]
    /// mov 0x58(%rsp),%rdx; mov 0x18(%rdx),%rbx
    private static let loads: [UInt8] = [0x48, 0x8b, 0x54, 0x24, 0x58, 0x48, 0x8b, 0x5a, 0x18]
    private static let origin = ArgumentOrigin(stackOffset: 0x58, fieldOffset: 0x18, size: 8)

    struct Code: Sendable {
        /// Assembly of the bytes.
        var text: String
        var bytes: [UInt8]
    }

    private func origin(_ bytes: [UInt8], _ argument: Int = 1) throws -> ArgumentOrigin? {
        try decode(bytes + Self.call + [0xc3]).origin(ofArgument: argument, at: 0x1000 + UInt64(bytes.count))
    }

    @Test(arguments: [
        Code(text: "", bytes: []),
        Code(text: "nop", bytes: [0x90]),
        Code(text: "nopl 0x0(%rax)", bytes: [0x0f, 0x1f, 0x40, 0]),
        Code(text: "lea 0x10(%rip),%rax", bytes: [0x48, 0x8d, 0x05, 0x10, 0, 0, 0]),
        Code(text: "mov 0x60(%rsp),%rdx; mov (%rdx),%ecx", bytes: [0x48, 0x8b, 0x54, 0x24, 0x60, 0x8b, 0x0a]),
        Code(text: "mov 0x160(%rsp),%r12", bytes: [0x4c, 0x8b, 0xa4, 0x24, 0x60, 1, 0, 0]),
    ])
    func `is a field of what is on the stack`(between: Code) throws {
        #expect(try origin(Self.loads + between.bytes) == Self.origin, "\(between.text)")
    }

    @Test func `is told for each argument`() throws {
        // mov 0x180(%rsp),%r12; mov 0x8(%r12),%ecx; mov 0x60(%rsp),%rax; mov 0x100(%rax),%rax
        let code: [UInt8] = [
            0x4c, 0x8b, 0xa4, 0x24, 0x80, 1, 0, 0, 0x41, 0x8b, 0x4c, 0x24, 8, 0x48, 0x8b, 0x44, 0x24, 0x60, 0x48, 0x8b,
            0x80, 0, 1, 0, 0,
        ]
        #expect(try origin(code, 0) == ArgumentOrigin(stackOffset: 0x60, fieldOffset: 0x100, size: 8))
        #expect(try origin(code, 1) == nil)
        #expect(try origin(code, 2) == ArgumentOrigin(stackOffset: 0x180, fieldOffset: 8, size: 4))
        #expect(try origin(code, 3) == nil)
    }

    @Test(arguments: [
        Code(text: "mov %rbx,0x58(%rsp)", bytes: [0x48, 0x89, 0x5c, 0x24, 0x58]),
        Code(text: "mov %rax,(%rsi)", bytes: [0x48, 0x89, 0x06]),
        Code(text: "mov 0x60(%rsp),%rbx", bytes: [0x48, 0x8b, 0x5c, 0x24, 0x60]),
        Code(text: "lea 0x10(%rip),%rbx", bytes: [0x48, 0x8d, 0x1d, 0x10, 0, 0, 0]),
        Code(text: "mov 0x8(%rbx),%rbx", bytes: [0x48, 0x8b, 0x5b, 8]),
        Code(text: "xor %ebx,%ebx", bytes: [0x31, 0xdb]),
        Code(text: "push %rax", bytes: [0x50]),
        Code(text: "sub $8,%rsp", bytes: [0x48, 0x83, 0xec, 8]),
        Code(text: "lock cmpxchg %edx,0x20(%rsi)", bytes: [0xf0, 0x0f, 0xb1, 0x56, 0x20]),
        Code(text: "call 0x1010", bytes: [0xe8, 2, 0, 0, 0]),
        Code(text: "je 0x100b", bytes: [0x74, 0]),
        Code(text: "jmp *%rdx", bytes: [0xff, 0xe2]),
    ])
    func `isn't told by code that may have changed it since`(between: Code) throws {
        #expect(try origin(Self.loads + between.bytes) == nil, "\(between.text)")
    }

    @Test(arguments: [
        Code(
            text: "mov 0x58(%rsp),%edx; mov 0x18(%rdx),%rbx", bytes: [0x8b, 0x54, 0x24, 0x58, 0x48, 0x8b, 0x5a, 0x18]),
        Code(
            text: "mov 0x58(%rsp,%rcx,1),%rdx; mov 0x18(%rdx),%rbx",
            bytes: [0x48, 0x8b, 0x54, 0x0c, 0x58, 0x48, 0x8b, 0x5a, 0x18]),
        Code(
            text: "mov 0x58(%rbp),%rdx; mov 0x18(%rdx),%rbx", bytes: [0x48, 0x8b, 0x55, 0x58, 0x48, 0x8b, 0x5a, 0x18]),
        Code(
            text: "mov 0x58(%rsp),%rdx; mov -0x8(%rdx),%rbx",
            bytes: [0x48, 0x8b, 0x54, 0x24, 0x58, 0x48, 0x8b, 0x5a, 0xf8]),
        Code(text: "mov 0x58(%rsp),%rdx; mov 0x18(%rdx),%bl", bytes: [0x48, 0x8b, 0x54, 0x24, 0x58, 0x8a, 0x5a, 0x18]),
        Code(text: "mov 0x58(%rsp),%rbx", bytes: [0x48, 0x8b, 0x5c, 0x24, 0x58]),
    ])
    func `isn't told by other loads`(code: Code) throws {
        #expect(try origin(code.bytes) == nil, "\(code.text)")
    }

    @Test func `isn't told where a branch leads in between`() throws {
        // je over the first load.
        #expect(try origin([0x74, 5] + Self.loads) == nil)
        // je to the call.
        #expect(try origin([0x74, 9] + Self.loads) == nil)
        // je to the first load.
        #expect(try origin([0x74, 0] + Self.loads) == Self.origin)
        #expect(try decode(Self.loads + Self.call).origin(ofArgument: 1, at: 0x100a) == nil)
    }

    @Test func `is told in arm64 code, too`() throws {
        func origin(_ between: [UInt32]) throws -> ArgumentOrigin? {
            var disassembler = try Disassembler(for: .arm64)
            // ldr x3, [sp, #72]; ldr w2, [x3, #4]; …; bl; ret
            let words = [0xf940_27e3, 0xb940_0462] + between + [0x9400_0000, 0xd65f_03c0]
            let code = try disassembler.decode(
                words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }, at: 0x1000)
            return code.origin(ofArgument: 2, at: 0x1008 + UInt64(between.count * 4))
        }
        let expected = ArgumentOrigin(stackOffset: 72, fieldOffset: 4, size: 4)
        // adrp x0; add x0, x0, #224; nop
        #expect(try origin([0x9000_08c0, 0x9103_8000, 0xd503_201f]) == expected)
        // ldr x3, [sp, #80]
        #expect(try origin([0xf940_2be3]) == expected)
        // str x2, [x0]; add sp, sp, #16; ldr x2, [sp, #80]; cbz x0
        for word: UInt32 in [0xf900_0002, 0x9100_43ff, 0xf940_2be2, 0xb400_0020] {
            #expect(try origin([word]) == nil, "\(String(word, radix: 16))")
        }
    }
}
