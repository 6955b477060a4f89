import TestSupport
import Testing

@testable import CodeSites

/// Every function of real Go programs, compared with objdump.
@Suite struct `Sites in every function of a Go program` {
    @Test(arguments: GoToolchain.some)
    func `agree with objdump`(go: GoToolchain) throws {
        let disassembly = try Disassembly(of: try go.build("httpserver", mode: .plain))
        var disassembler = try Disassembler(for: .amd64)
        var tally = Tally()
        for function in disassembly.functions {
            guard function.code.count <= Disassembler.sizeLimit else { continue }
            do {
                let code = try disassembler.decode(function.code, at: function.address)
                tally.decoded += 1
                compareInstructions(code, function)
                compareCalls(code, function)
                comparePrologue(code, function, &tally)
            } catch {
                guard case .undecodable(let address) = error else {
                    Issue.record("\(function.name): \(error)")
                    continue
                }
                #expect(function.instructions.contains { $0.address == address }, "\(function.name)")
                // Vector instructions younger than the decoder, in assembly.
                #expect(function.name.hasSuffix(".abi0") || function.name.contains("AVX512"), "\(function.name)")
            }
        }
        #expect(tally.decoded > 4000)
        #expect(tally.small > 2000 && tally.large > 500 && tally.huge > 10)
        if go.minor >= 21 {
            #expect(tally.pushesBehindCheck > 4000 && tally.pushesAtEntry > 300 && tally.branches == 0)
        } else {
            #expect(tally.pushesBehindCheck == 0 && tally.branches > 3000)
        }
    }

    private struct Tally {
        var decoded = 0
        /// Prologue sites by what they are.
        var pushesBehindCheck = 0
        var branches = 0
        var pushesAtEntry = 0
        /// Checks by form.
        var small = 0
        var large = 0
        var huge = 0
    }

    private func compareInstructions(_ code: FunctionCode, _ function: Disassembly.Listed) {
        for (instruction, line) in zip(code.instructions, function.instructions) {
            if instruction.address != line.address || (instruction.probing == .emulated) != line.isEmulated {
                Issue.record("\(function.name): \(instruction), not \(line)")
                return
            }
        }
        #expect(code.instructions.count == function.instructions.count, "\(function.name)")
    }

    private func compareCalls(_ code: FunctionCode, _ function: Disassembly.Listed) {
        var expected: [UInt64: [UInt64]] = [:]
        var nearest: Disassembly.Line?
        for line in function.instructions {
            if let target = line.target, line.isDirectCall {
                expected[target, default: []].append(line.address)
                let indirect = code.indirectCall(before: line.address)
                if indirect?.address != nearest?.address || indirect?.instruction != nearest?.text {
                    Issue.record("\(function.name): \(String(describing: indirect)) before \(line)")
                }
            } else if line.isIndirectCall {
                nearest = line
            }
        }
        for (target, addresses) in expected {
            let calls = code.directCalls(to: target)
            let text = "call 0x\(String(target, radix: 16))"
            if calls.map(\.address) != addresses || !calls.allSatisfy({ $0.isEmulated && $0.instruction == text }) {
                Issue.record("\(function.name): \(calls), objdump has \(addresses)")
            }
        }
    }

    private func comparePrologue(_ code: FunctionCode, _ function: Disassembly.Listed, _ tally: inout Tally) {
        let lines = function.instructions
        let check = lines.prefix(6).firstIndex { $0.isStackCheck }
        guard let check, check + 2 < lines.count, lines[check + 1].mnemonic == "jbe" else {
            let expected = lines[0].text == "push %rbp" ? lines[0].address : nil
            if code.prologue?.address != expected {
                Issue.record("\(function.name): \(String(describing: code.prologue))")
            }
            if expected != nil { tally.pushesAtEntry += 1 }
            return
        }
        let isAssembly = lines[0].text == "mov %fs:0xfffffffffffffff8,%r14"
        switch check - (isAssembly ? 1 : 0) {
        case 0: tally.small += 1
        case 1: tally.large += 1
        default: tally.huge += 1
        }
        let next = lines[(check + 2)...].first { $0.mnemonic != "nop" && $0.text != "xchg %ax,%ax" }
        switch next?.text {
        case "push %rbp":
            tally.pushesBehindCheck += 1
            #expect(code.prologue?.address == next?.address, "\(function.name)")
            #expect(code.prologue?.instruction == "push %rbp")
        case .some(let text) where text.hasSuffix(",%rsp") && (text.hasPrefix("sub") || text.hasPrefix("add")):
            tally.branches += 1
            #expect(code.prologue?.address == lines[check + 1].address, "\(function.name)")
        default:
            #expect(code.prologue == nil, "\(function.name)")
        }
        #expect(code.prologue?.isEmulated != false)
    }
}
