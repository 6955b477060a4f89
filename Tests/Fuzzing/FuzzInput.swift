import GoBinary

/// What a fuzzer's bytes stand for: a small file, or a real executable with a few changes.
///
/// The first byte chooses the executable; with 0xff, the rest is the file. Changes take 14 bytes each: where (region 1,
/// offset in it 4), how (1), and a value (8); see `Change`.
package struct FuzzInput: Sendable {
    package let source: PatchedByteSource
    /// A real executable that was changed.
    package let isProgram: Bool
    /// For reports.
    package let description: String

    private static let rawFile: UInt8 = 0xff
    private static let changeLimit = 32

    package init(_ bytes: UnsafeRawBufferPointer, bases: [BaseBinary]) {
        guard let choice = bytes.first, choice != Self.rawFile, !bases.isEmpty else {
            source = PatchedByteSource(Array(bytes.dropFirst()))
            isProgram = false
            description = "a file of \(source.size) bytes"
            return
        }
        let base = bases[Int(choice) % bases.count]
        var source = PatchedByteSource(base.bytes)
        var changes = ""
        var position = 1
        for _ in 0..<Self.changeLimit where position + Change.size <= bytes.count {
            let change = Change(bytes, at: position)
            changes += " " + change.apply(to: &source, of: base)
            position += Change.size
        }
        self.source = source
        isProgram = true
        description = base.name + changes
    }

    /// The input for an executable as it is.
    package static func unchanged(_ base: Int) -> [UInt8] { [UInt8(base)] }

    /// The input for a small file.
    package static func file(_ bytes: [UInt8]) -> [UInt8] { [rawFile] + bytes }
}

/// One change to an executable.
private struct Change {
    static let size = 14

    private let region: UInt8
    private let offset: UInt32
    /// The lower three bits say what is done, the others how.
    private let kind: UInt8
    private let value: UInt64

    init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
        region = bytes[position]
        kind = bytes[position + 1]
        offset = bytes.loadUnaligned(fromByteOffset: position + 2, as: UInt32.self)
        value = bytes.loadUnaligned(fromByteOffset: position + 6, as: UInt64.self)
    }

    /// Returns what was done.
    func apply(to source: inout PatchedByteSource, of base: BaseBinary) -> String {
        let range = base.regions[Int(region) % base.regions.count]
        var place = range.lowerBound + Int(offset) % range.count
        switch kind & 7 {
        case 4:
            source.resize(UInt64(place))
            return "ends at \(place)"
        case 5:
            source.resize(UInt64(base.bytes.count) + value % (4 << 30))
            return "claims \(source.size) bytes"
        case 6:
            let from = base.regions[Int(value & 0xff) % base.regions.count]
            let start = from.lowerBound + Int(value >> 8 & 0xffff_ffff) % from.count
            let count = min(Int(value >> 40 & 0xfff), base.bytes.count - start)
            source.write(Array(base.bytes[start..<start + count]), at: UInt64(place))
            return "\(place): \(count) bytes of \(start)"
        case 7:
            let count = min(Int(value >> 8 & 0xffff), 16 << 10)
            source.write([UInt8](repeating: UInt8(value & 0xff), count: count), at: UInt64(place))
            return "\(place): \(count) times \(value & 0xff)"
        default:
            let width = 1 << Int(kind & 3)
            if kind & 8 == 0 { place -= (place - range.lowerBound) % width }
            let old = Self.word(base.bytes, place)
            let new = kind & 16 == 0 ? value : kind & 32 == 0 ? old &+ (value & 0xff) : old &- (value & 0xff)
            source.write((0..<width).map { UInt8(truncatingIfNeeded: new >> (8 * $0)) }, at: UInt64(place))
            return "\(place): \(width) bytes 0x\(String(new, radix: 16))"
        }
    }

    private static func word(_ bytes: [UInt8], _ place: Int) -> UInt64 {
        (0..<8).reduce(0) { place + $1 < bytes.count ? $0 | UInt64(bytes[place + $1]) << (8 * $1) : $0 }
    }
}
