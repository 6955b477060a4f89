import GoBinary
import SystemPackage
import TestSupport
import Testing

@testable import CodeSites

/// Every function of large programs that a distribution built and stripped, compared with objdump. Where functions begin
/// and end is what the programs' own tables say.
@Suite struct `Sites in every function of a distribution's program` {
    struct Program: Sendable, CustomTestStringConvertible {
        /// Below the folder of Debian's packages.
        let path: String
        /// The second number of the Go release that built it.
        let minor: Int
        let functions: Int
        var testDescription: String { path }
    }

    static let programs = [
        Program(path: "bookworm/etcd-server/usr/bin/etcd", minor: 19, functions: 26_000),
        Program(path: "trixie/containerd/usr/bin/containerd", minor: 24, functions: 59_000),
        Program(path: "sid/prometheus/usr/bin/prometheus", minor: 27, functions: 130_000),
    ]

    @Test(arguments: programs)
    func `are where objdump has such instructions, and behind the stack check`(program: Program) throws {
        let path = "\(CacheFolder.path)/debian/\(program.path)"
        // Nobody but this test decodes all the code of a program.
        let binary = try GoBinary.read(from: FileByteSource(path: FilePath(path)), budget: AnalysisBudget(limit: .max))
        let listing = try InstructionListing(of: path)
        try listing.advance()
        var disassembler = try Disassembler(for: .amd64)
        var tally = Tally()
        for function in try binary.functions(withPrefix: "") {
            tally.functions += 1
            while let listed = listing.current, listed.address < function.address { try listing.advance() }
            guard function.size <= Disassembler.sizeLimit else {
                tally.tooLarge += 1
                continue
            }
            let bytes = try binary.code(of: function)
            switch decoded(bytes, at: function.address, by: &disassembler) {
            case .success(let code): try compare(code, function, listing, &tally)
            case .failure(let error): try checkUndecodable(error, function, listing, &tally)
            }
        }
        print("\(program.path): \(tally)")
        #expect(tally.functions > program.functions)
        #expect(tally.undecodable < 100 && tally.tooLarge < 10)
        #expect(tally.calls > tally.functions && tally.indirectCalls > 1000 && tally.returns > tally.functions)
        if program.minor >= 21 {
            #expect(tally.pushes > tally.functions / 2 && tally.branches == 0)
        } else {
            #expect(tally.pushes == 0 && tally.branches > tally.functions / 2)
        }
    }

    /// What was compared.
    private struct Tally: CustomStringConvertible {
        var functions = 0
        var instructions = 0
        var calls = 0
        var indirectCalls = 0
        var returns = 0
        /// Prologue sites by what they are: a push behind the check, the check's own branch, a push at the entry.
        var pushes = 0
        var branches = 0
        var entries = 0
        var undecodable = 0
        var tooLarge = 0

        var description: String {
            """
            \(functions) functions, \(instructions) instructions; \(calls) direct and \(indirectCalls) indirect calls, \
            \(returns) returns; prologue sites: \(pushes) behind the stack check, \(branches) at it, \(entries) at the \
            entry; not decoded: \(undecodable) with instructions unknown, \(tooLarge) too large
            """
        }
    }

    private func decoded(
        _ bytes: [UInt8], at address: UInt64, by disassembler: inout Disassembler
    ) -> Result<FunctionCode, CodeError> {
        do {
            return .success(try disassembler.decode(bytes, at: address))
        } catch {
            return .failure(error)
        }
    }

    /// Vector instructions younger than the decoder, in assembly; bytes that are none, which mark a program that has no
    /// BoringCrypto (crypto/internal/boring/sig).
    private func checkUndecodable(
        _ error: CodeError, _ function: Function, _ listing: InstructionListing, _ tally: inout Tally
    ) throws {
        tally.undecodable += 1
        guard case .undecodable(let address) = error else {
            Issue.record("\(function.name): \(error)")
            return
        }
        while let listed = listing.current, listed.address < address { try listing.advance() }
        let text = listing.text
        #expect(listing.current?.address == address && (text.isVector || text == "(bad)"), "\(function.name): \(text)")
    }

    /// Goes through the function's instructions and objdump's side by side.
    private func compare(
        _ code: FunctionCode, _ function: Function, _ listing: InstructionListing, _ tally: inout Tally
    ) throws {
        var first: [(address: UInt64, text: String)] = []
        for instruction in code.instructions {
            guard let listed = listing.current, listed.address == instruction.address else {
                Issue.record("\(function.name): \(instruction), objdump is at \(String(describing: listing.current))")
                return
            }
            if first.count < 8 { first.append((listed.address, listing.text)) }
            switch (instruction.role, listed.role) {
            case (.call(let target), .call(let expected)):
                tally.calls += 1
                if target != expected { Issue.record("\(function.name): \(instruction), not \(listed)") }
            case (.indirectCall, .indirectCall): tally.indirectCalls += 1
            case (.ret, .ret): tally.returns += 1
            case (.jump, .other), (.branch, .other), (.indirectJump, .other), (.trap, .other), (.other, .other): break
            default: Issue.record("\(function.name): \(instruction), not \(listed)")
            }
            try listing.advance()
        }
        tally.instructions += code.instructions.count
        comparePrologue(code.prologue, function, first, &tally)
    }

    private func comparePrologue(
        _ site: CodeSite?, _ function: Function, _ lines: [(address: UInt64, text: String)], _ tally: inout Tally
    ) {
        var expected: UInt64?
        if let compare = lines.prefix(6).firstIndex(where: { $0.text.isStackCheck }),
            let branch = lines.dropFirst(compare + 1).first, branch.text.hasPrefix("jbe ")
        {
            let next = lines.dropFirst(compare + 2).first { $0.text != "nop" && $0.text != "xchg %ax,%ax" }
            if next?.text == "push %rbp" {
                tally.pushes += 1
                expected = next?.address
            } else if next?.text.isFrameAllocation ?? false {
                tally.branches += 1
                expected = branch.address
            }
        } else if lines.first?.text == "push %rbp" {
            tally.entries += 1
            expected = lines.first?.address
        }
        if site?.address != expected || site?.isEmulated == false {
            Issue.record("\(function.name): \(String(describing: site)) in \(lines)")
        }
    }
}

extension String {
    /// The comparison with the goroutine's stack limit.
    fileprivate var isStackCheck: Bool { hasPrefix("cmp 0x10(%r14),%r") || hasPrefix("cmp 0x18(%r14),%r") }

    fileprivate var isFrameAllocation: Bool {
        hasSuffix(",%rsp") && (hasPrefix("sub $0x") || hasPrefix("add $0xffffffffffffff80"))
    }

    fileprivate var isVector: Bool { hasPrefix("v") || hasPrefix("k") || contains("%xmm") }
}
