import TestSupport

/// The calls in one function of an executable with symbols, as binutils' objdump shows them.
struct ObjdumpCalls {
    struct Call {
        let address: UInt64
        /// The called function's name; nil for an indirect call.
        let callee: String?
    }

    let calls: [Call]

    init(in function: String, of binary: String) throws {
        let output = try Command.run(
            ["/usr/bin/objdump", "-d", "--no-show-raw-insn", "--disassemble=\(function)", binary]
        ).output
        calls = output.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: ":\t", maxSplits: 1)
            guard parts.count == 2, parts[1].hasPrefix("call"),
                let address = UInt64(parts[0].drop { $0 == " " }, radix: 16)
            else { return nil }
            let isIndirect = parts[1].contains(" *")
            let callee = parts[1].split(separator: "<", maxSplits: 1).last?.dropLast()
            return Call(address: address, callee: isIndirect ? nil : callee.map(String.init))
        }
    }

    func addresses(callee: String) -> [UInt64] {
        calls.filter { $0.callee == callee }.map(\.address)
    }

    /// The nearest indirect call before the only call of a function.
    func indirectCall(before callee: String) -> UInt64? {
        guard let limit = addresses(callee: callee).first else { return nil }
        return calls.last { $0.callee == nil && $0.address < limit }?.address
    }
}
