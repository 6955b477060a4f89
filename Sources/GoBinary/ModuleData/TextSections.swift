/// Translates between the offsets by which the function table and types refer to code and addresses
/// (`runtime.moduledata.textOff` and `textAddr`, `runtime/symtab.go`). The linker splits code that is too large for its
/// jumps, but not on amd64.
struct TextSections: Sendable {
    /// All of the code. Image-relative.
    let text: Range<UInt64>
    private let sections: [Section]

    /// `runtime.textsect`.
    private struct Section {
        let offsets: Range<UInt64>
        let address: UInt64
    }

    /// - Parameter table: address and number of entries of `textsectmap`. Nil if one of them isn't in the code.
    init?(_ text: Range<UInt64>, table: (start: UInt64, count: UInt64), _ image: Image) {
        self.text = text
        let size = text.upperBound - text.lowerBound
        guard table.count > 1 else {
            sections = [Section(offsets: 0..<size, address: text.lowerBound)]
            return
        }
        guard image.segment(holding: table.start, count: table.count * 24) != nil else { return nil }
        var sections: [Section] = []
        for entry in stride(from: table.start, to: table.start + table.count * 24, by: 24) {
            guard let start = try? image.load(UInt64.self, at: entry, "text sections"),
                let end = try? image.load(UInt64.self, at: entry + 8, "text sections"),
                let address = try? image.pointer(at: entry + 16, "text sections"),
                start >= sections.last?.offsets.upperBound ?? 0, start <= end, end <= UInt32.max,
                address >= text.lowerBound, address <= text.upperBound, end - start <= text.upperBound - address
            else { return nil }
            sections.append(Section(offsets: start..<end, address: address))
        }
        self.sections = sections
    }

    /// The addresses of the code between two offsets, or of as much as one section has of it. The end of the last section
    /// is in it, as an empty range.
    func addresses(from start: UInt32, to end: UInt32) -> Range<UInt64>? {
        let (start, end) = (UInt64(start), UInt64(end))
        guard start <= end,
            let section = sections.first(where: { $0.offsets.contains(start) })
                ?? sections.last.flatMap({ $0.offsets.upperBound == start ? $0 : nil })
        else { return nil }
        let address = section.address + (start - section.offsets.lowerBound)
        return address..<address + (min(end, section.offsets.upperBound) - start)
    }

    func offset(of address: UInt64) -> UInt32? {
        for section in sections where address >= section.address {
            let distance = address - section.address
            guard distance < section.offsets.upperBound - section.offsets.lowerBound else { continue }
            return UInt32(exactly: section.offsets.lowerBound + distance)
        }
        return nil
    }
}
