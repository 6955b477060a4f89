import TestSupport
import Testing

@testable import CodeSites

/// Every function of real arm64 programs, compared with objdump.
@Suite struct `Sites in every function of an arm64 program` {
    @Test(arguments: [GoToolchain.oldest, .newest])
    func `agree with objdump`(go: GoToolchain) throws {
        let binary = try go.build("httpserver", mode: .plain, architecture: "arm64")
        let disassembly = try Disassembly(of: binary, by: "/usr/bin/aarch64-linux-gnu-objdump")
        var disassembler = try Disassembler(for: .arm64)
        var tally = Tally()
        for function in disassembly.functions where function.code.count <= Disassembler.sizeLimit {
            let code = try disassembler.decode(function.code, at: function.address)
            tally.functions += 1
            compareInstructions(code, function, &tally)
            compareCalls(code, function, &tally)
            comparePrologue(code, function, &tally)
        }
        print("\(go.testDescription), arm64: \(tally)")
        #expect(tally.functions > 4000 && tally.instructions > 400_000)
        #expect(tally.calls > 20_000 && tally.indirectCalls > 1000 && tally.returns > tally.functions)
        #expect(tally.checks > 4000 && tally.entries > 50)
        #expect(tally.literals > 20)
    }

    private struct Tally: CustomStringConvertible {
        var functions = 0
        var instructions = 0
        var simulated = 0
        var refused = 0
        var literals = 0
        var calls = 0
        var indirectCalls = 0
        var returns = 0
        /// Prologue sites by what they are.
        var checks = 0
        var entries = 0

        var description: String {
            """
            \(functions) functions, \(instructions) instructions (\(simulated) simulated, \(refused) refused, \
            \(literals) words of literals); \(calls) direct and \(indirectCalls) indirect calls, \(returns) \
            returns; prologue sites: \(checks) at the stack check, \(entries) at the entry
            """
        }
    }

    private func compareInstructions(_ code: FunctionCode, _ function: Disassembly.Listed, _ tally: inout Tally) {
        let literals = function.arm64Literals
        tally.literals += literals.count
        for (instruction, line) in zip(code.instructions, function.instructions) {
            tally.instructions += 1
            guard line.mnemonic != ".inst" else {
                tally.refused += 1
                #expect(code.site(at: line.address) == nil, "\(function.name): \(line)")
                continue
            }
            let expected: Instruction.Probing =
                if line.isARM64Refused || literals.contains(line.address) { .refused } else {
                    line.isARM64Simulated ? .emulated : .stepped
                }
            switch expected {
            case .emulated: tally.simulated += 1
            case .stepped: break
            case .refused: tally.refused += 1
            }
            if instruction.address != line.address || instruction.probing != expected {
                Issue.record("\(function.name): \(instruction), not \(line)")
            }
        }
        #expect(code.instructions.count == function.instructions.count, "\(function.name)")
    }

    private func compareCalls(_ code: FunctionCode, _ function: Disassembly.Listed, _ tally: inout Tally) {
        let literals = function.arm64Literals
        let lines = function.instructions.filter { !literals.contains($0.address) }
        var expected: [UInt64: [UInt64]] = [:]
        for line in lines where line.isARM64Call {
            if let target = line.arm64Target { expected[target, default: []].append(line.address) }
        }
        for (target, addresses) in expected {
            tally.calls += addresses.count
            let calls = code.directCalls(to: target)
            let text = "bl 0x\(String(target, radix: 16))"
            if calls.map(\.address) != addresses || !calls.allSatisfy({ $0.isEmulated && $0.instruction == text }) {
                Issue.record("\(function.name): \(calls), objdump has \(addresses)")
            }
        }
        let returns = lines.filter(\.isARM64Return).map(\.address)
        tally.returns += returns.count
        if code.returns().map(\.address) != returns {
            Issue.record("\(function.name): \(code.returns()), not \(returns)")
        }
        for line in lines where line.isARM64IndirectCall {
            tally.indirectCalls += 1
            let call = code.indirectCall(before: line.address + 4)
            if call?.address != line.address || call?.instruction != line.text || call?.isEmulated != true {
                Issue.record("\(function.name): \(String(describing: call)), not \(line)")
            }
        }
    }

    private func comparePrologue(_ code: FunctionCode, _ function: Disassembly.Listed, _ tally: inout Tally) {
        let expected = function.arm64Prologue
        if code.prologue?.address != expected || code.prologue?.isEmulated == false {
            Issue.record("\(function.name): \(String(describing: code.prologue)), not \(String(describing: expected))")
        }
        guard let site = code.prologue else { return }
        if site.instruction.hasPrefix("b.ls 0x") { tally.checks += 1 } else { tally.entries += 1 }
    }
}
