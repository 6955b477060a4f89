import GoBinary
import Synchronization

/// A file that becomes another one while it is read.
final class ShiftingByteSource: ByteSource {
    private let before: MemoryByteSource
    private let after: MemoryByteSource
    private let readsLeft: Atomic<Int>

    /// - Parameter readCount: reads of it as it was first.
    init(_ before: [UInt8], then after: [UInt8], behind readCount: Int) {
        self.before = MemoryByteSource(before)
        self.after = MemoryByteSource(after)
        readsLeft = Atomic(readCount)
    }

    /// As when it was opened.
    var size: UInt64 { before.size }

    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceError) -> Int {
        let left = readsLeft.wrappingSubtract(1, ordering: .relaxed).newValue
        return try (left >= 0 ? before : after).read(at: offset, into: buffer)
    }
}
