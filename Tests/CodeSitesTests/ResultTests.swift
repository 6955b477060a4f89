import TestSupport
import Testing

@testable import CodeSites

/// What comes behind calls, and where functions return.
@Suite struct `Behind a call` {
    private func decode(_ code: [UInt8]) throws(CodeError) -> FunctionCode {
        var disassembler = try Disassembler(for: .amd64)
        return try disassembler.decode(code, at: 0x1000)
    }

    private func decodeARM64(_ words: [UInt32]) throws(CodeError) -> FunctionCode {
        var disassembler = try Disassembler(for: .arm64)
        return try disassembler.decode(
            words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }, at: 0x1000)
    }

    /// call 0x1005
    private static let call: [UInt8] = [0xe8, 0, 0, 0, 0]
    /// je 0x…, by 2 bytes
    private static let branch: [UInt8] = [0x74, 0x02]

    struct Between: Sendable {
        /// Assembly of the bytes.
        var text: String
        var bytes: [UInt8]
        /// How many results are still in their registers.
        var kept: Int
    }

    @Test(arguments: [
        Between(text: "", bytes: [], kept: 3),
        Between(text: "test %rbx,%rbx", bytes: [0x48, 0x85, 0xdb], kept: 3),
        Between(text: "mov %rax,0x60(%rsp)", bytes: [0x48, 0x89, 0x44, 0x24, 0x60], kept: 3),
        Between(text: "nopw 0x0(%rax,%rax,1)", bytes: [0x66, 0x0f, 0x1f, 0x44, 0, 0], kept: 3),
        Between(text: "cmp %rbx,0x5(%rip)", bytes: [0x48, 0x39, 0x1d, 5, 0, 0, 0], kept: 3),
        Between(text: "mov 0x5(%rip),%rdx", bytes: [0x48, 0x8b, 0x15, 5, 0, 0, 0], kept: 3),
        Between(text: "mov %rbx,%rcx", bytes: [0x48, 0x89, 0xd9], kept: 2),
        Between(text: "xor %ebx,%ebx", bytes: [0x31, 0xdb], kept: 1),
        Between(text: "mov $1,%bl", bytes: [0xb3, 1], kept: 1),
        Between(text: "sete %al", bytes: [0x0f, 0x94, 0xc0], kept: 0),
        Between(text: "movzbl %al,%eax", bytes: [0x0f, 0xb6, 0xc0], kept: 0),
        Between(text: "lock cmpxchg %edx,0x20(%rsi)", bytes: [0xf0, 0x0f, 0xb1, 0x56, 0x20], kept: 0),
        Between(text: "cqto; imul %rdx", bytes: [0x48, 0x99, 0x48, 0xf7, 0xea], kept: 0),
        Between(text: "xchg %rcx,%rdx", bytes: [0x48, 0x87, 0xca], kept: 2),
        Between(text: "call *%rdx", bytes: [0xff, 0xd2], kept: 0),
        Between(text: "jmp *%rdx", bytes: [0xff, 0xe2], kept: 0),
        Between(text: "ret", bytes: [0xc3], kept: 0),
        Between(text: "ud2", bytes: [0x0f, 0x0b], kept: 0),
    ])
    func `is a site as long as the results are in their registers`(between: Between) throws {
        let code = try decode(Self.call + between.bytes + Self.branch + [0x90, 0x90, 0xc3])
        for count in 1...3 {
            let site = code.site(behindCall: 0x1000, keeping: count)
            let expected = count <= between.kept ? 0x1005 + UInt64(between.bytes.count) : nil
            #expect(site?.address == expected, "\(between.text), \(count)")
        }
        #expect(code.site(behindCall: 0x1001, keeping: 1) == nil)
    }

    @Test func `is no site where the function ends`() throws {
        #expect(try decode(Self.call).site(behindCall: 0x1000, keeping: 1) == nil)
        #expect(try decode(Self.call + [0x48, 0x85, 0xdb]).site(behindCall: 0x1000, keeping: 1) == nil)
    }

    @Test func `is success where the branch by the error says so`() throws {
        let test: [UInt8] = [0x48, 0x85, 0xdb]
        // je and jne over one byte.
        #expect(try decode(Self.call + test + [0x74, 1, 0x90, 0xc3]).success(behindCall: 0x1000) == 0x100b)
        #expect(try decode(Self.call + test + [0x75, 1, 0x90, 0xc3]).success(behindCall: 0x1000) == 0x100a)
        #expect(try decode(Self.call + test + [0x90, 0x75, 1, 0x90, 0xc3]).success(behindCall: 0x1000) == 0x100b)
        // Of another register, by another condition, and by nothing known.
        #expect(try decode(Self.call + [0x48, 0x85, 0xc0, 0x74, 1, 0x90, 0xc3]).success(behindCall: 0x1000) == nil)
        #expect(try decode(Self.call + test + [0x78, 1, 0x90, 0xc3]).success(behindCall: 0x1000) == nil)
        #expect(try decode(Self.call + [0x74, 1, 0x90, 0xc3]).success(behindCall: 0x1000) == nil)
        #expect(try decode(Self.call + test + [0xc3]).success(behindCall: 0x1000) == nil)
    }

    @Test func `is the same on arm64`() throws {
        // bl; str x0, [sp, #8]; cbz x1, 0x1014; ret; nop; ret
        let code = try decodeARM64([0x9400_0001, 0xf900_07e0, 0xb400_0061, 0xd65f_03c0, 0xd503_201f, 0xd65f_03c0])
        #expect(code.site(behindCall: 0x1000, keeping: 3)?.instruction == "cbz x1, 0x1014")
        #expect(code.success(behindCall: 0x1000) == 0x1014)
        // cbnz x1, 0x1014; and cbz x2 and cbz w1, which test something else.
        #expect(try decodeARM64([0x9400_0001, 0xb500_0081, 0xd65f_03c0]).success(behindCall: 0x1000) == 0x1008)
        #expect(try decodeARM64([0x9400_0001, 0xb400_0082, 0xd65f_03c0]).success(behindCall: 0x1000) == nil)
        #expect(try decodeARM64([0x9400_0001, 0x3400_0081, 0xd65f_03c0]).success(behindCall: 0x1000) == nil)
        // mov w2, #1
        let overwritten = try decodeARM64([0x9400_0001, 0x5280_0022, 0xb400_0061, 0xd65f_03c0])
        #expect(overwritten.site(behindCall: 0x1000, keeping: 3) == nil)
        #expect(overwritten.site(behindCall: 0x1000, keeping: 2)?.address == 0x1008)
    }

    /// 0x1000 je 0x1005; 0x1002 jmp 0x1006; 0x1004 ret; 0x1005 ret; 0x1006 ud2; 0x1008 ret; 0x1009 jmp 0x1000
    private static let ways: [UInt8] = [0x74, 0x03, 0xeb, 0x02, 0xc3, 0xc3, 0x0f, 0x0b, 0xc3, 0xeb, 0xf5]

    @Test func `are the returns that there is a way to`() throws {
        let code = try decode(Self.ways)
        #expect(code.returns(from: [0x1000]) == [0x1005])
        #expect(code.returns(from: [0x1002])?.isEmpty == true)
        #expect(code.returns(from: [0x1004]) == [0x1004])
        #expect(code.returns(from: [0x1000], without: [0x1000])?.isEmpty == true)
        #expect(code.returns(from: [0x1000], without: [0x1005])?.isEmpty == true)
        // Back to the start goes what has grown the stack.
        #expect(code.returns(from: [0x1009])?.isEmpty == true)
        #expect(code.returns(from: [0x1004, 0x1000, 0x1008]) == [0x1004, 0x1005, 0x1008])
        #expect(code.returns(from: [0x1001])?.isEmpty == true)
        #expect(code.returns(from: [0x9999])?.isEmpty == true)
        // je 0x1004; jmp *%rdx; ret
        #expect(try decode([0x74, 0x02, 0xff, 0xe2, 0xc3]).returns(from: [0x1000]) == nil)
    }

    /// Whatever a function consists of, the work is in proportion to its size.
    @Test func `are found in one pass from any number of places`() throws {
        // call; je over the ret; ret
        let step: [UInt8] = Self.call + [0x74, 0x01, 0xc3]
        let count = Disassembler.sizeLimit / step.count
        let code = try decode([UInt8]([[UInt8]](repeating: step, count: count).joined()))
        let starts = (0..<UInt64(count)).map { 0x1000 + $0 * UInt64(step.count) }
        let clock = ContinuousClock()
        let time = clock.measure { #expect(code.returns(from: starts)?.count == count) }
        #expect(time < .seconds(5))
        #expect(code.directCalls(to: 0x1005, atMost: 2).map(\.address) == [0x1000])
        #expect(code.returns(atMost: 3).map(\.address) == [0x1007, 0x100f, 0x1017])
    }

    @Test(arguments: GoToolchain.some) func `agrees with objdump on all calls`(go: GoToolchain) throws {
        let disassembly = try Disassembly(of: try go.build("httpclient", mode: .plain))
        var disassembler = try Disassembler(for: .amd64)
        var sites = 0
        var overwritten = 0
        for function in disassembly.functions where function.code.count <= Disassembler.sizeLimit {
            guard let code = try? disassembler.decode(function.code, at: function.address) else { continue }
            let lines = function.instructions
            for (index, line) in lines.enumerated() where line.isDirectCall && index % 7 == 0 {
                let found = code.site(behindCall: line.address, keeping: 3)
                switch Expectation(behind: lines[(index + 1)...]) {
                case .site(let address):
                    sites += 1
                    if found?.address != address { Issue.record("\(function.name): \(line), found \(found as Any)") }
                case .none:
                    overwritten += 1
                    if let found { Issue.record("\(function.name): \(line), found \(found)") }
                case .unknown: continue
                }
            }
        }
        #expect(sites > 1000 && overwritten > 1000)
    }

    /// What is to be found behind a call, by what objdump prints.
    private enum Expectation {
        case site(UInt64)
        case none
        /// An instruction comes first of which these rules don't know what it writes to.
        case unknown

        private static let results: Set<Substring> = [
            "%rax", "%eax", "%ax", "%al", "%rbx", "%ebx", "%bx", "%bl", "%rcx", "%ecx", "%cx", "%cl",
        ]

        init(behind lines: ArraySlice<Disassembly.Line>) {
            for line in lines.prefix(16) {
                if line.isEmulated {
                    self = .site(line.address)
                    return
                }
                // Of a test of a constant, the decoder says that it writes to the register.
                if line.mnemonic.hasPrefix("test"), line.operands.hasPrefix("$") {
                    self = .unknown
                    return
                }
                switch line.mnemonic {
                case "call", "jmp", "ret", "ud2", "int3":
                    self = .none
                    return
                case "test", "cmp", "cmpb", "cmpw", "cmpl", "cmpq", "testb", "nopw", "nopl", "ucomisd": continue
                case "mov", "movb", "movw", "movl", "movq", "movups", "movzbl", "lea", "xor", "add", "sub", "and", "or":
                    let last = line.operands.split(separator: ",").last ?? ""
                    guard !Self.results.contains(last) else {
                        self = .none
                        return
                    }
                default:
                    self = .unknown
                    return
                }
            }
            self = .none
        }
    }
}
