import Glibc
import TestSupport

/// The instructions that binutils' objdump finds in an executable's code, one after the other: too many to be held.
final class InstructionListing {
    /// The instruction that was read last; nil before the first and behind the last of all.
    private(set) var current: ListedInstruction?

    private let path: String
    private var objdump: ChildProcess
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 1)
    /// What is in the buffer and not read yet, and the line that `current` is made of.
    private var unread = 0..<0
    private var line = 0..<0

    /// Begins before the first instruction.
    init(of path: String) throws {
        self.path = path
        objdump = try ChildProcess(["/usr/bin/objdump", "-d", "-j", ".text", "--no-show-raw-insn", path])
    }

    deinit {
        buffer.deallocate()
    }

    /// Goes on to the next instruction.
    func advance() throws {
        while try readLine() {
            if let instruction = ListedInstruction(UnsafeRawBufferPointer(rebasing: buffer[line])) {
                current = instruction
                return
            }
        }
        current = nil
        guard objdump.wait() == 0 else { throw ObjdumpFailure(path: path) }
    }

    /// Mnemonic and operands as printed, without the resolved symbol.
    var text: String {
        let printed = String(decoding: buffer[line], as: UTF8.self).drop { $0 != "\t" }.dropFirst()
        let words = printed.prefix { $0 != "<" && $0 != "#" }.split(separator: " ", omittingEmptySubsequences: true)
        return words.joined(separator: " ")
    }

    /// Leaves a whole line in `line`, with the newline behind it. False at the end.
    private func readLine() throws -> Bool {
        var searched = 0
        while true {
            if let base = buffer.baseAddress, searched < unread.count,
                let newline = memchr(base + unread.lowerBound + searched, 0x0a, unread.count - searched)
            {
                let end = UnsafeRawPointer(newline) - UnsafeRawPointer(base)
                line = unread.lowerBound..<end
                unread = end + 1..<unread.upperBound
                return true
            }
            searched = unread.count
            guard try readMore() else { return false }
        }
    }

    /// Moves what is unread to the front and reads more behind it. False at the end.
    private func readMore() throws -> Bool {
        guard let base = buffer.baseAddress, unread.count < buffer.count else { throw ObjdumpFailure(path: path) }
        memmove(base, base + unread.lowerBound, unread.count)
        unread = 0..<unread.count
        let count = read(objdump.standardOutput, base + unread.count, buffer.count - unread.count)
        guard count >= 0 else { throw SystemCallFailure("read", path) }
        unread = 0..<unread.count + count
        return count > 0
    }
}

/// objdump failed, or printed an endless line.
struct ObjdumpFailure: Error {
    let path: String
}

/// One line of objdump's, reduced to what sites are chosen by.
struct ListedInstruction {
    let address: UInt64
    let role: Role

    enum Role: Equatable {
        case call(target: UInt64)
        case indirectCall
        case ret
        case other
    }

    /// `  413737:\tcall   40f6e0 <symbol>` with a newline behind it; nil for any other line.
    init?(_ line: UnsafeRawBufferPointer) {
        guard line.count > 2, line[0] == UInt8(ascii: " "),
            let start = line.baseAddress?.assumingMemoryBound(to: CChar.self)
        else { return nil }
        var end: UnsafeMutablePointer<CChar>?
        address = strtoull(start, &end, 16)
        guard let end, strncmp(end, ":\t", 2) == 0 else { return nil }
        let text = end + 2
        if strncmp(text, "call ", 5) == 0 {
            let operand = text + 5 + strspn(text + 5, " ")
            role =
                operand.pointee == CChar(UInt8(ascii: "*")) ? .indirectCall : .call(target: strtoull(operand, nil, 16))
        } else if strncmp(text, "ret", 3) == 0, strcspn(text, " \n") == 3 {
            role = .ret
        } else {
            role = .other
        }
    }
}
