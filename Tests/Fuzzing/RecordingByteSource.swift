import GoBinary
import Synchronization

/// A file that notes what is read of it.
final class RecordingByteSource: ByteSource {
    private let original: PatchedByteSource
    private let noted = Mutex<Set<Range<Int>>>([])

    init(_ bytes: [UInt8]) {
        original = PatchedByteSource(bytes)
    }

    var size: UInt64 { original.size }

    /// In order of where they begin.
    var ranges: [Range<Int>] {
        noted.withLock { $0.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) } }
    }

    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = original.read(at: offset, into: buffer)
        if count > 0 { noted.withLock { _ = $0.insert(Int(offset)..<Int(offset) + count) } }
        return count
    }
}
