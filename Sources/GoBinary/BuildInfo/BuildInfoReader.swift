/// Finds the build information and takes it apart (`debug/buildinfo`): a 32-byte header, then two strings, each behind
/// its length as a varint.
struct BuildInfoReader {
    let image: Image

    private static let magic = [UInt8]([0xff]) + Array(" Go buildinf:".utf8)
    private static let versionLimit = 1 << 10
    /// Bytes of module information; 200 dependencies take 20 KB.
    private static let modulesLimit = 1 << 20

    /// Nil if the file has none.
    func find() throws(GoBinaryError) -> BuildInfo? {
        for section in image.elf.sections where section.name == ".go.buildinfo" {
            if let info = try buildInfo(at: section.address) { return info }
        }
        // Programs that read build information of others carry the magic bytes a second time.
        var failure: GoBinaryError?
        for segment in image.elf.segments where segment.isWritable {
            for address in try SegmentScan(segment, image).occurrences(of: Self.magic) {
                do throws(GoBinaryError) {
                    if let info = try buildInfo(at: address) { return info }
                } catch {
                    failure = failure ?? error
                }
            }
        }
        if let failure { throw failure }
        return nil
    }

    /// Nil if there is none at `address`.
    private func buildInfo(at address: UInt64) throws(GoBinaryError) -> BuildInfo? {
        let what = "build information"
        guard image.segment(holding: address, count: 32) != nil,
            try image.bytes(at: address, count: Self.magic.count, what) == Self.magic
        else { return nil }
        let flags = try image.load(UInt8.self, at: address + 15, what)
        // Before Go 1.18 it held pointers to the strings.
        guard flags & 2 != 0 else { throw .unsupportedGo("a Go release before 1.18") }
        var position = address + 32
        let version = try string(at: &position, limit: Self.versionLimit)
        let modules = try string(at: &position, limit: Self.modulesLimit)
        var info = BuildInfo(goVersion: String(programText: version))
        // Both ends carry 16 bytes by which the text is found in a running program.
        if modules.count >= 33, modules[modules.count - 17] == UInt8(ascii: "\n") {
            info.add(modules: String(programText: modules.dropFirst(16).dropLast(16)))
        }
        return info
    }

    private func string(at position: inout UInt64, limit: Int) throws(GoBinaryError) -> [UInt8] {
        let what = "build information"
        var length = 0
        for shift in stride(from: 0, through: 28, by: 7) {
            let byte = try image.load(UInt8.self, at: position, what)
            position = try position.plus(1, what)
            length |= Int(byte & 0x7f) << shift
            if byte & 0x80 == 0 { break }
        }
        guard length <= limit else { throw .tooLarge("\(length) bytes of build information") }
        let bytes = try image.bytes(at: position, count: length, what)
        position = try position.plus(UInt64(length), what)
        return bytes
    }
}
