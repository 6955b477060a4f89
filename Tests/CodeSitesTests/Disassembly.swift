import TestSupport

/// What binutils' objdump makes of an executable's code: the opinion that the decoder is compared with.
struct Disassembly {
    struct Listed {
        let name: String
        let address: UInt64
        let instructions: [Line]
        /// From this function's address to the next one's.
        let code: [UInt8]
    }

    struct Line {
        let address: UInt64
        /// Mnemonic and operands as printed, without the resolved symbol.
        let text: String
    }

    let functions: [Listed]

    /// - Parameter objdump: one that knows the binary's architecture.
    init(of binary: String, by objdump: String = "/usr/bin/objdump") throws {
        let section = try TextSection(of: binary, by: objdump)
        let file = try readFile(binary)
        let output = try Command.run(
            [objdump, "-dz", "-j", ".text", "--no-show-raw-insn", binary]
        ).output
        var functions: [Listed] = []
        var name = ""
        var lines: [Line] = []
        func finish(at end: UInt64) {
            guard let start = lines.first?.address else { return }
            let offset = Int(start - section.address) + section.fileOffset
            let code = Array(file[offset..<offset + Int(end - start)])
            functions.append(Listed(name: name, address: start, instructions: lines, code: code))
            lines = []
        }
        for line in output.utf8.split(separator: UInt8(ascii: "\n")) {
            if line.first == UInt8(ascii: " "), let parsed = Self.parse(line) {
                lines.append(parsed)
            } else if line.last == UInt8(ascii: ":"), let space = line.firstIndex(of: UInt8(ascii: " ")),
                let address = UInt64(String(Substring(line[..<space])), radix: 16)
            {
                finish(at: address)
                name = String(Substring(line[space...].dropFirst(2).dropLast(2)))
            }
        }
        finish(at: section.address + UInt64(section.size))
        self.functions = functions
    }

    /// `  626300:\tcmp    0x10(%r14),%rsp`, `   72eb4:\tmov\tx27, #0xff90                \t// #65424`
    private static func parse(_ line: Substring.UTF8View) -> Line? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = line[..<colon].drop { $0 == UInt8(ascii: " ") }
        guard let address = UInt64(String(Substring(digits)), radix: 16) else { return nil }
        let rest = line[colon...].dropFirst(2).prefix { $0 != UInt8(ascii: "<") }
        let words = Substring(rest).split { $0 == " " || $0 == "\t" }.prefix { $0 != "#" && $0 != "//" }
        return Line(address: address, text: words.joined(separator: " "))
    }

    private struct TextSection {
        let address: UInt64
        let fileOffset: Int
        let size: Int

        /// Idx Name Size VMA LMA File-off Algn
        init(of binary: String, by objdump: String) throws {
            let headers = try Command.run([objdump, "-h", "-j", ".text", binary]).output
            for line in headers.split(separator: "\n") {
                let columns = line.split(separator: " ")
                guard columns.count == 7, columns[1] == ".text", let size = Int(columns[2], radix: 16),
                    let address = UInt64(columns[3], radix: 16), let fileOffset = Int(columns[5], radix: 16)
                else { continue }
                self.init(address: address, fileOffset: fileOffset, size: size)
                return
            }
            throw NoTextSection(binary: binary)
        }

        private init(address: UInt64, fileOffset: Int, size: Int) {
            self.address = address
            self.fileOffset = fileOffset
            self.size = size
        }
    }

    struct NoTextSection: Error {
        let binary: String
    }
}

extension Disassembly.Line {
    var mnemonic: Substring { text.prefix { $0 != " " } }
    var operands: Substring { text.dropFirst(mnemonic.count).drop { $0 == " " } }

    /// Target of an unprefixed branch to an address, given as bare hexadecimal digits.
    var target: UInt64? { UInt64(operands, radix: 16) }

    var isDirectCall: Bool { mnemonic == "call" && target != nil }
    var isIndirectCall: Bool { mnemonic == "call" && operands.hasPrefix("*") }

    /// The kernel's rule (arch/x86/kernel/uprobes.c), in terms of the printed instruction.
    var isEmulated: Bool {
        if mnemonic == "push" { return operands.hasPrefix("%") && !["%fs", "%gs"].contains(operands) }
        if text == "nop" || text == "xchg %ax,%ax" { return true }
        guard target != nil, text.hasPrefix("j") || mnemonic == "call" else { return false }
        return !["jrcxz", "jecxz"].contains(mnemonic)
    }

    /// The comparison with the goroutine's stack limit.
    var isStackCheck: Bool {
        mnemonic == "cmp" && (operands.hasPrefix("0x10(%r14),%r") || operands.hasPrefix("0x18(%r14),%r"))
    }
}
