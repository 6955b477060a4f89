import CodeSites
import Testing

@Suite struct `Decoding arm64` {
    private func decode(_ words: [UInt32], at address: UInt64 = 0x1000) throws(CodeError) -> FunctionCode {
        var disassembler = try Disassembler(for: .arm64)
        let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        return try disassembler.decode(bytes, at: address)
    }

    struct Encoding: Sendable, CustomTestStringConvertible {
        let word: UInt32
        let text: String
        let isEmulated: Bool
        var testDescription: String { text }
    }

    static let encodings = [
        Encoding(word: 0x9400_0001, text: "bl 0x1004", isEmulated: true),
        Encoding(word: 0x97ff_ffff, text: "bl 0xffc", isEmulated: true),
        Encoding(word: 0x9600_0000, text: "bl 0xfffffffff8001000", isEmulated: true),
        Encoding(word: 0x1400_0002, text: "b 0x1008", isEmulated: true),
        Encoding(word: 0x5400_0049, text: "b.ls 0x1008", isEmulated: true),
        Encoding(word: 0x5480_0003, text: "b.lo 0xfffffffffff01000", isEmulated: true),
        Encoding(word: 0xb400_0040, text: "cbz x0, 0x1008", isEmulated: true),
        Encoding(word: 0x3510_0001, text: "cbnz w1, 0x21000", isEmulated: true),
        Encoding(word: 0xb6f8_0040, text: "tbz x0, #0x3f, 0x1008", isEmulated: true),
        Encoding(word: 0x3707_ffe1, text: "tbnz w1, #0, 0xffc", isEmulated: true),
        Encoding(word: 0xd63f_0060, text: "blr x3", isEmulated: true),
        Encoding(word: 0xd61f_0060, text: "br x3", isEmulated: true),
        Encoding(word: 0xd65f_03c0, text: "ret", isEmulated: true),
        Encoding(word: 0x1000_0040, text: "adr x0, 0x1008", isEmulated: true),
        Encoding(word: 0x9000_0001, text: "adrp x1, 0x1000", isEmulated: true),
        Encoding(word: 0xd503_201f, text: "nop", isEmulated: false),
        Encoding(word: 0xf940_0b90, text: "ldr x16, [x28, #0x10]", isEmulated: false),
        Encoding(word: 0xeb30_63ff, text: "cmp sp, x16", isEmulated: false),
        Encoding(word: 0xf81f_0ffe, text: "str x30, [sp, #-0x10]!", isEmulated: false),
        Encoding(word: 0xd53b_d040, text: "mrs x0, tpidr_el0", isEmulated: false),
        Encoding(word: 0xd503_3bbf, text: "dmb ish", isEmulated: false),
    ]

    @Test(arguments: encodings)
    func `an instruction is printed, and known to be emulated or not`(encoding: Encoding) throws {
        let site = try #require(try decode([encoding.word]).site(at: 0x1000))
        #expect(site.instruction == encoding.text)
        #expect(site.isEmulated == encoding.isEmulated)
    }

    /// ldr x0, .+8; ldrsw x0, .+8; ldr q0, .+8; prfm pldl1keep, .+8; ldxr x0, [x1]; stlxr w2, x0, [x1]; ldar x0, [x1];
    /// casal x0, x1, [x2]; svc #0; brk #5; msr nzcv, x0; msr daifset, #2; yield; hint #7; retaa; b.eq of Armv8.8; udf #0;
    /// cpyfp [x0]!, [x1]!, x2!; sve.
    static let refused: [UInt32] = [
        0x5800_0040, 0x9800_0040, 0x9c00_0040, 0xd800_0040, 0xc85f_7c20, 0xc802_fc20, 0xc8df_fc20, 0xc8e0_fc41,
        0xd400_0001,
        0xd420_00a0, 0xd51b_4200, 0xd503_42df, 0xd503_203f, 0xd503_20ff, 0xd65f_0bff, 0x5400_0050, 0, 0x1901_0440,
        0x0400_0034,
    ]

    @Test(arguments: refused)
    func `what the kernel refuses, or would break, is no site`(word: UInt32) throws {
        let code = try decode([0x9400_0001, word, 0xd65f_03c0])
        #expect(code.site(at: 0x1004) == nil)
        #expect(code.site(behind: 0x1000) == nil)
        #expect(code.site(behind: 0x1004)?.instruction == "ret")
    }

    @Test func `what the decoder can't print is no site`() throws {
        // ldaddal w2, w1, [x0]; bl .+4
        let code = try decode([0xb8e2_0001, 0x9400_0001])
        #expect(code.site(at: 0x1000) == nil)
        #expect(code.directCalls(to: 0x1008).map(\.address) == [0x1004])
    }

    @Test func `a literal is no instruction, whatever it looks like`() throws {
        // ldr x0, .+8; ret; and a literal that reads bl .+4; ret.
        let code = try decode([0x5800_0040, 0xd65f_03c0, 0x9400_0001, 0xd65f_03c0, 0x9400_0001])
        #expect(code.directCalls(to: 0x100c).isEmpty)
        #expect(code.directCalls(to: 0x1014).map(\.address) == [0x1010])
        #expect(code.returns().map(\.address) == [0x1004])
        #expect(code.site(at: 0x1008) == nil && code.site(at: 0x100c) == nil)
    }

    @Test func `a literal that looks like a load refers to nothing`() throws {
        // ldr x0, .+8; ret; a literal that reads ldr x0, .+8; bl .+4.
        let code = try decode([0x5800_0040, 0xd65f_03c0, 0x5800_0040, 0, 0x9400_0001])
        #expect(code.directCalls(to: 0x1014).map(\.address) == [0x1010])
    }

    @Test func `literals outside of the function are nobody's`() throws {
        // ldr x0, .-4; ldr q0, .+8, of which only the first word is in the function; ldr x0, .+0x1000.
        let code = try decode([0x58ff_ffe0, 0x9c00_0040, 0x5800_8000, 0xd65f_03c0])
        #expect(code.returns().isEmpty)
        #expect(code.site(at: 0x1008) == nil)
    }

    @Test func `the site of a prologue is the branch that ends the stack check`() throws {
        let load: UInt32 = 0xf940_0b90
        let branch: UInt32 = 0x5400_0109
        let compare: UInt32 = 0xeb10_023f
        #expect(try decode([load, 0xeb30_63ff, branch, 0xf81f_0ffe]).prologue?.address == 0x1008)
        #expect(try decode([0xf940_0f90, 0xeb30_63ff, branch]).prologue?.instruction == "b.ls 0x1028")
        // sub x17, sp, #0x20; sub x17, sp, #0x1, lsl #12
        #expect(try decode([load, 0xd100_83f1, compare, branch]).prologue?.address == 0x100c)
        #expect(try decode([load, 0xd140_07f1, compare, branch]).prologue?.address == 0x100c)
        // mov x27, #0xff90; movk x27, #0x1fff, lsl #16; subs x17, sp, x27; b.lo
        let size: [UInt32] = [0xd29f_f21b, 0xf2a3_fffb]
        let subtract: [UInt32] = [0xeb3b_63f1, 0x5400_0103]
        #expect(try decode([load] + size + subtract + [compare, branch]).prologue?.address == 0x1018)
        #expect(try decode([load] + size + subtract + [compare, branch]).prologue?.isEmulated == true)
        // subs x17, sp, #0xf90
        #expect(try decode([load, 0xf13e_43f1, 0x5400_0103, compare, branch]).prologue?.address == 0x1010)
    }

    @Test func `what is not wholly a stack check has no prologue site`() throws {
        let load: UInt32 = 0xf940_0b90
        #expect(try decode([load]).prologue == nil)
        #expect(try decode([load, 0xeb30_63ff]).prologue == nil)
        // b.hi; the comparison of a large frame without its subtraction; no load of the guard.
        #expect(try decode([load, 0xeb30_63ff, 0x5400_0108]).prologue == nil)
        #expect(try decode([load, 0xeb10_023f, 0x5400_0109]).prologue == nil)
        #expect(try decode([load, 0xeb3b_63f1, 0x5400_0108, 0xeb10_023f, 0x5400_0109]).prologue == nil)
        #expect(try decode([0xeb30_63ff, 0x5400_0109]).prologue == nil)
        #expect(try decode([load] + [UInt32](repeating: 0xd280_001b, count: 9) + [0x5400_0109]).prologue == nil)
    }

    @Test func `a function without a stack check has a prologue site where its entry is emulated and runs once`() throws
    {
        #expect(try decode([0xb400_0040, 0xd65f_03c0, 0xd65f_03c0]).prologue?.instruction == "cbz x0, 0x1008")
        #expect(try decode([0xf81f_0ffe, 0xd65f_03c0]).prologue == nil)
        // cbz x0, .+8; b .-4
        #expect(try decode([0xb400_0040, 0x17ff_ffff, 0xd65f_03c0]).prologue == nil)
    }

    @Test func `what can't be words is not decoded`() throws {
        var disassembler = try Disassembler(for: .arm64)
        #expect(throws: CodeError.undecodable(address: 0x1002)) { try decode([0xd65f_03c0], at: 0x1002) }
        do {
            _ = try disassembler.decode([0xc0, 0x03, 0x5f, 0xd6, 0xc0, 0x03], at: 0x1000)
            Issue.record("half an instruction was decoded")
        } catch {
            #expect(error == .undecodable(address: 0x1004))
        }
        #expect(try decode([]).prologue == nil)
    }

    @Test func `any words are decoded`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let words = (0..<Int.random(in: 1...200, using: &random)).map { _ in
                UInt32.random(in: 0 ... .max, using: &random)
            }
            let address = UInt64.random(in: 0...(.max >> 2), using: &random) &* 4 & ~0xffff
            let code = try decode(words, at: address)
            _ = code.prologue
            #expect(code.site(at: address + UInt64(4 * words.count)) == nil, "\(words)")
        }
    }
}
