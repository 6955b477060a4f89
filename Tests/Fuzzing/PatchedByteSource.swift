import GoBinary

/// A file of which some bytes read differently, or that claims another size, without a copy of it.
package struct PatchedByteSource: ByteSource {
    private let original: [UInt8]
    /// Bytes; those behind the original's end read as zero.
    package private(set) var size: UInt64
    /// In the order in which they were made: later ones hide earlier ones.
    private var patches: [(start: UInt64, bytes: [UInt8])] = []

    package init(_ original: [UInt8]) {
        self.original = original
        size = UInt64(original.count)
    }

    package mutating func write(_ bytes: [UInt8], at offset: UInt64) {
        patches.append((offset, bytes))
    }

    /// Ends the file at `size`, or has it claim that it goes on until there.
    package mutating func resize(_ size: UInt64) {
        self.size = size
    }

    package func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard offset < size else { return 0 }
        let wanted = offset..<offset + min(UInt64(buffer.count), size - offset)
        let stored = original.withUnsafeBytes { Self.copy($0, at: 0, into: buffer, wanted) }
        for position in stored..<wanted.count { buffer[position] = 0 }
        for patch in patches {
            patch.bytes.withUnsafeBytes { _ = Self.copy($0, at: patch.start, into: buffer, wanted) }
        }
        return wanted.count
    }

    /// Copies the part of `bytes`, which begin at `start`, that is wanted in a buffer, and returns its length.
    private static func copy(
        _ bytes: UnsafeRawBufferPointer, at start: UInt64, into buffer: UnsafeMutableRawBufferPointer,
        _ wanted: Range<UInt64>
    ) -> Int {
        let common = wanted.clamped(to: start..<start + UInt64(bytes.count))
        guard !common.isEmpty else { return 0 }
        let part = bytes[Int(common.lowerBound - start)..<Int(common.upperBound - start)]
        let position = Int(common.lowerBound - wanted.lowerBound)
        UnsafeMutableRawBufferPointer(rebasing: buffer[position...]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: part))
        return part.count
    }
}
