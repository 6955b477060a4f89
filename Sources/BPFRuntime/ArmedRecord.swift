/// The text that keeps, across the death of its writer, which files are armed and where: a head line, then for each file
/// a line `file DEVICE INODE SIZE CTIME_NS` and lines `site OFFSET BYTES`; numbers decimal, bytes hexadecimal.
struct ArmedRecord: Equatable {
    private static let head = "nodespan armed 1"

    let files: [ArmedFile]

    init(files: [ArmedFile]) {
        self.files = files
    }

    /// Nil for a text that isn't a whole record.
    init?(parsing text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard lines.popFirst() == Self.head[...], lines.popLast() == "" else { return nil }
        var files: [ArmedFile] = []
        while let line = lines.popFirst() {
            let fields = line.split(separator: " ")
            guard fields.count == 5, fields[0] == "file", let device = UInt64(fields[1]), let inode = UInt64(fields[2]),
                let size = UInt64(fields[3]), let changed = Int64(fields[4])
            else { return nil }
            var sites: [ArmedFile.Site] = []
            while lines.first?.hasPrefix("site ") == true, let line = lines.popFirst() {
                guard let site = Self.site(line) else { return nil }
                sites.append(site)
            }
            files.append(
                ArmedFile(device: device, inode: inode, size: size, changedNanoseconds: changed, sites: sites))
        }
        self.files = files
    }

    private static func site(_ line: Substring) -> ArmedFile.Site? {
        let fields = line.split(separator: " ")
        guard fields.count == 3, let offset = UInt64(fields[1]), fields[2].utf8.count % 2 == 0,
            fields[2].allSatisfy(\.isHexDigit)
        else { return nil }
        var bytes: [UInt8] = []
        var digits = fields[2]
        while !digits.isEmpty {
            guard let byte = UInt8(digits.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            digits = digits.dropFirst(2)
        }
        return bytes.count == Breakpoint.bytes.count ? ArmedFile.Site(offset: offset, bytes: bytes) : nil
    }

    var text: String {
        var lines = [Self.head]
        for file in files {
            lines.append("file \(file.device) \(file.inode) \(file.size) \(file.changedNanoseconds)")
            for site in file.sites {
                let digits = site.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                lines.append("site \(site.offset) \(digits)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
