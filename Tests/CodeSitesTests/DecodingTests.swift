import CodeSites
import Testing

@Suite struct `Decoding` {
    private func decode(_ code: [UInt8], at address: UInt64 = 0x1000) throws(CodeError) -> FunctionCode {
        var disassembler = try Disassembler(for: .amd64)
        return try disassembler.decode(code, at: address)
    }

    struct Encoding: Sendable, CustomTestStringConvertible {
        let bytes: [UInt8]
        let text: String
        let isEmulated: Bool
        var testDescription: String { text }
    }

    static let encodings = [
        Encoding(bytes: [0x55], text: "push %rbp", isEmulated: true),
        Encoding(bytes: [0x41, 0x54], text: "push %r12", isEmulated: true),
        Encoding(bytes: [0xe8, 0xfb, 0xff, 0xff, 0xff], text: "call 0x1000", isEmulated: true),
        Encoding(bytes: [0xe9, 0x00, 0x01, 0x00, 0x00], text: "jmp 0x1105", isEmulated: true),
        Encoding(bytes: [0xeb, 0xfe], text: "jmp 0x1000", isEmulated: true),
        Encoding(bytes: [0x76, 0x10], text: "jbe 0x1012", isEmulated: true),
        Encoding(bytes: [0x0f, 0x86, 0x00, 0x00, 0x00, 0x80], text: "jbe 0xffffffff80001006", isEmulated: true),
        Encoding(bytes: [0x90], text: "nop", isEmulated: true),
        Encoding(bytes: [0xff, 0xd0], text: "call *%rax", isEmulated: false),
        Encoding(bytes: [0x41, 0xff, 0xd0], text: "call *%r8", isEmulated: false),
        Encoding(bytes: [0xff, 0x51, 0x18], text: "call *0x18(%rcx)", isEmulated: false),
        Encoding(bytes: [0x0f, 0x1f, 0x40, 0x00], text: "nopl (%rax)", isEmulated: false),
        Encoding(bytes: [0xc3], text: "ret", isEmulated: false),
        Encoding(bytes: [0x5d], text: "popq %rbp", isEmulated: false),
        Encoding(bytes: [0x48, 0x89, 0xe5], text: "movq %rsp, %rbp", isEmulated: false),
        Encoding(bytes: [0x48, 0x83, 0xec, 0x18], text: "subq $0x18, %rsp", isEmulated: false),
        Encoding(bytes: [0xe3, 0x00], text: "jrcxz 0x1002", isEmulated: false),
        Encoding(bytes: [0x48, 0xe8, 0x00, 0x00, 0x00, 0x00], text: "callq 0x1006", isEmulated: false),
    ]

    @Test(arguments: encodings)
    func `an instruction is printed, and known to be emulated or not`(encoding: Encoding) throws {
        let site = try #require(try decode(encoding.bytes).site(at: 0x1000))
        #expect(site.instruction == encoding.text)
        #expect(site.isEmulated == encoding.isEmulated)
    }

    @Test func `an empty function has no sites`() throws {
        let code = try decode([])
        #expect(code.prologue == nil)
        #expect(code.site(at: 0x1000) == nil)
        #expect(code.indirectCall(before: 0x1000) == nil)
        #expect(code.directCalls(to: 0x1000).isEmpty)
    }

    @Test func `bytes that are no instruction are named`() {
        #expect(throws: CodeError.undecodable(address: 0x1001)) { try decode([0x55, 0x06, 0x55]) }
    }

    @Test func `an instruction cut short is none`() {
        #expect(throws: CodeError.undecodable(address: 0x1001)) { try decode([0x55, 0xe8, 0x00, 0x00]) }
    }

    @Test func `more than 256 KB are refused`() throws {
        let limit = Disassembler.sizeLimit
        #expect(try decode([UInt8](repeating: 0x90, count: limit)).site(at: 0x1000 + UInt64(limit) - 1) != nil)
        #expect(throws: CodeError.tooLarge(size: limit + 1, limit: limit)) {
            try decode([UInt8](repeating: 0x90, count: limit + 1))
        }
    }

    @Test func `a function can't wrap around the address space`() {
        #expect(throws: CodeError.addressOverflow(address: .max - 1, size: 3)) {
            try decode([0x90, 0x90, 0x90], at: .max - 1)
        }
    }

    @Test func `an indirect call is looked for before an instruction, not inside one`() throws {
        let code = try decode([0xff, 0xd0, 0xff, 0xd2, 0xe8, 0x00, 0x00, 0x00, 0x00])
        #expect(code.indirectCall(before: 0x1004)?.instruction == "call *%rdx")
        #expect(code.indirectCall(before: 0x1002)?.instruction == "call *%rax")
        #expect(code.indirectCall(before: 0x1009)?.instruction == "call *%rdx")
        #expect(code.indirectCall(before: 0x1005) == nil)
        #expect(code.indirectCall(before: 0x1000) == nil)
    }

    @Test func `returns are found, and not bytes of other instructions that look like one`() throws {
        // ret; mov $0xc3,%al; ret $8; ret
        let code = try decode([0xc3, 0xb0, 0xc3, 0xc2, 0x08, 0x00, 0xc3])
        #expect(code.returns().map(\.address) == [0x1000, 0x1006])
        #expect(code.returns().allSatisfy { $0.instruction == "ret" && !$0.isEmulated })
    }

    @Test func `a stack check without a frame behind it is no site`() throws {
        let check: [UInt8] = [0x49, 0x3b, 0x66, 0x10, 0x76, 0x10]
        #expect(try decode(check + [0x55]).prologue?.address == 0x1006)
        #expect(try decode(check + [0x90, 0x55]).prologue?.address == 0x1007)
        #expect(try decode(check + [0x48, 0x83, 0xec, 0x18]).prologue?.address == 0x1004)
        #expect(try decode(check + [0x48, 0x83, 0xc4, 0x80]).prologue?.address == 0x1004)
        #expect(try decode(check + [0x48, 0x83, 0xc4, 0x08]).prologue == nil)
        #expect(try decode(check + [0xc3]).prologue == nil)
        #expect(try decode(check).prologue == nil)
        #expect(try decode([0x49, 0x3b, 0x66, 0x10]).prologue == nil)
    }

    @Test func `any bytes are decoded or refused`() throws {
        var random = SystemRandomNumberGenerator()
        var disassembler = try Disassembler(for: .amd64)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 1...200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let end = 0x1000 + UInt64(bytes.count)
            do {
                let code = try disassembler.decode(bytes, at: 0x1000)
                _ = code.prologue
                #expect(code.site(at: end) == nil, "\(bytes)")
            } catch .undecodable(let address) {
                #expect(0x1000..<end ~= address, "\(bytes)")
            }
        }
    }
}
