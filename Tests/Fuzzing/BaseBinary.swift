import GoBinary
import TestSupport

/// A real executable, and the parts of it that an analysis reads: where a change can matter.
package struct BaseBinary: Sendable {
    package let name: String
    let bytes: [UInt8]
    /// File ranges, none of them empty.
    let regions: [Range<Int>]

    /// Every layout of module data and of functions' records, linked in every way, with a map of each kind. New ones go
    /// behind the others: kept inputs refer to them by number.
    package static func all() throws -> [BaseBinary] {
        try [
            BaseBinary("println", .oldest, .stripped),
            BaseBinary("println", .newest, .stripped),
            BaseBinary("httpserver", .oldest, .stripped),
            BaseBinary("httpserver", .newest, .stripped),
            BaseBinary("httpserver", GoToolchain.some[2], .strippedPIE),
            BaseBinary("httpserver", GoToolchain.some[3], .sectionless),
            BaseBinary("httpserver", .newest, .strippedPIE),
            BaseBinary("httpserver", GoToolchain.some[1], .gccPIE),
        ]
    }

    private init(_ fixture: String, _ toolchain: GoToolchain, _ mode: LinkMode) throws {
        name = "\(fixture) \(toolchain.version) \(mode.rawValue)"
        bytes = try readFile(try toolchain.build(fixture, mode: mode))
        let source = RecordingByteSource(bytes)
        let binary = try GoBinary.read(from: source)
        var map = RegionMap(bytes)
        for type in AnalysisRun.types {
            guard let layout = try binary.structLayout(package: type.package, name: type.name) else { continue }
            let descriptor = binary.fileOffset(of: layout.typeAddress)
            map.add(descriptor, 160)
            map.add(layout.pointerTypeAddress.flatMap { binary.fileOffset(of: $0) }, 72)
            map.addTarget(ofPointerAt: descriptor.map { $0 + 56 }, 24 * layout.fields.count)
            for field in layout.fields.prefix(4) { map.add(binary.fileOffset(of: field.typeAddress), 160) }
        }
        for function in try binary.functions(withPrefix: AnalysisRun.functionPrefix) {
            map.add(function.fileOffset, Int(function.size))
        }
        _ = AnalysisRun(of: source)
        regions = map.regions + source.ranges
    }
}
