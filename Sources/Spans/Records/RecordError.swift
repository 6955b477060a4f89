/// Why a ring-buffer record is no span. Whoever reads the ring counts it as `NS_LOSS_RECORD_INVALID`.
package enum RecordError: Error, Hashable {
    /// Shorter than the fixed part of its kind; bytes.
    case tooShort(size: Int, needed: Int)
    case unknownKind(UInt16)
    /// A text's length is above the limit of its kind; bytes.
    case textTooLong(index: Int, length: Int)
    /// The texts' lengths don't add up to the record's size; bytes.
    case sizeMismatch(size: Int, expected: Int)
    case invalidIdentifier
    /// The end lies before the start; CLOCK_MONOTONIC, nanoseconds.
    case endsBeforeStart(startNS: UInt64, endNS: UInt64)
    case invalidOutcome(UInt8)
    case invalidStatus(UInt16)
}

extension RecordError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooShort(let size, let needed): "record of \(size) bytes where at least \(needed) are needed"
        case .unknownKind(let kind): "record of the unknown kind \(kind)"
        case .textTooLong(let index, let length): "record whose text \(index) claims \(length) bytes"
        case .sizeMismatch(let size, let expected): "record of \(size) bytes whose texts end at \(expected)"
        case .invalidIdentifier: "record with an all-zero trace, span or parent id"
        case .endsBeforeStart(let start, let end): "record that ends at \(end) ns, before its start at \(start) ns"
        case .invalidOutcome(let outcome): "record with the unknown outcome \(outcome)"
        case .invalidStatus(let status): "record with the impossible status code \(status)"
        }
    }
}
