/// Why a function's code could not be decoded.
package enum CodeError: Error, Sendable, Equatable {
    /// The decoder could not be set up. Carries capstone's `cs_err`.
    case decoderUnavailable(code: UInt32)
    /// The function is larger than the decoder accepts. Sizes in bytes.
    case tooLarge(size: Int, limit: Int)
    /// The function would reach past the end of the address space.
    case addressOverflow(address: UInt64, size: Int)
    /// No instruction known to the decoder starts here.
    case undecodable(address: UInt64)
}

extension CodeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .decoderUnavailable(let code):
            "the instruction decoder could not be set up (capstone error \(code))"
        case .tooLarge(let size, let limit):
            "the function has \(size) bytes, more than the \(limit) that are decoded"
        case .addressOverflow(let address, let size):
            "a function of \(size) bytes at 0x\(String(address, radix: 16)) reaches past the address space"
        case .undecodable(let address):
            "no known instruction at 0x\(String(address, radix: 16))"
        }
    }
}
