private import Synchronization

/// Where each type descriptor starts in a run of them (Go 1.27). They have no table: each one's size says where the next
/// one is. Made once, when it is first needed.
final class DescriptorIndex: Sendable {
    /// A failure is kept as well, so that a damaged program costs one attempt.
    private let made = Mutex<Result<[UInt32], GoBinaryError>?>(nil)

    /// Bytes of descriptors; 53,000 types take 5 MB.
    private static let limit: UInt64 = 64 << 20

    /// Offsets from the start of `range`.
    func offsets(_ range: Range<UInt64>, mapSize: UInt64, _ image: Image) throws(GoBinaryError) -> [UInt32] {
        if let result = made.withLock({ $0 }) { return try result.get() }
        let result = Result { () throws(GoBinaryError) in try Self.walk(range, mapSize: mapSize, image) }
        made.withLock { $0 = result }
        return try result.get()
    }

    private static func walk(
        _ range: Range<UInt64>, mapSize: UInt64, _ image: Image
    ) throws(GoBinaryError) -> [UInt32] {
        let length = range.upperBound - range.lowerBound
        guard length <= limit else { throw .tooLarge("\(length) bytes of type descriptors") }
        guard let start = image.fileOffset(of: range.lowerBound, count: length) else {
            throw .corrupt("type descriptors that are not in the file")
        }
        var reader = DescriptorReader(start: start, end: start + length, mapSize: mapSize, source: image.file.source)
        var offsets: [UInt32] = []
        while reader.position < reader.end {
            offsets.append(UInt32(reader.position - start))
            try reader.skip()
        }
        return offsets
    }
}

/// Goes from one descriptor to the next. Positions are file offsets.
private struct DescriptorReader {
    private(set) var position: UInt64
    let end: UInt64
    private let mapSize: UInt64
    private let source: MeteredSource
    private var window = Window(capacity: 128 << 10)

    /// More parameters, fields or methods than a compiler accepts.
    private static let partLimit: UInt64 = 1 << 20

    init(start: UInt64, end: UInt64, mapSize: UInt64, source: MeteredSource) {
        position = start
        self.end = end
        self.mapSize = mapSize
        self.source = source
    }

    mutating func skip() throws(GoBinaryError) {
        guard let kind = Kind(rawValue: try load(UInt8.self, 23) & 31) else {
            throw .corrupt("type descriptor of no kind")
        }
        let type = TypeDescriptor(address: position, kind: kind, flags: try load(UInt8.self, 20))
        let fixed = type.size(mapSize: mapSize)
        var parts: UInt64
        switch kind {
        case .function:
            let outputs = UInt64(try load(UInt16.self, 50) & 0x7fff)
            parts = 8 * (UInt64(try load(UInt16.self, 48)) + outputs)
        case .interface: parts = 8 * min(try load(UInt64.self, 64), Self.partLimit)
        case .structure: parts = 24 * min(try load(UInt64.self, 64), Self.partLimit)
        default: parts = 0
        }
        if type.flags & TypeDescriptor.uncommon != 0 {
            parts += 16 + 16 * UInt64(try load(UInt16.self, fixed + 4))
        }
        position = (position + fixed + parts + 7) & ~7
    }

    private mutating func load<T: StoredInteger>(_ type: T.Type, _ field: UInt64) throws(GoBinaryError) -> T {
        try window.load(type, at: position + field, from: source, "type descriptors")
    }
}
