/// Reads fields of what may be module data. Everything is nil that isn't there or makes no sense.
///
/// The offsets that all releases share: pcHeader 0, funcnametab 8, cutab 32, pclntable 104, ftab 128, minpc 160,
/// maxpc 168, text 176, etext 184.
struct ModuleDataFields {
    let address: UInt64
    let image: Image

    func pointer(_ field: UInt64) -> UInt64? {
        guard let address = try? address.plus(field, "") else { return nil }
        return try? image.pointer(at: address, "module data")
    }

    func agree(with header: FunctionTableHeader) -> Bool {
        pointer(8) == header.address + header.names.lowerBound
            && pointer(32) == header.address + header.compilationUnits
            && pointer(104) == header.address + header.functions
            && pointer(136) == header.functionCount + 1
    }

    var text: Range<UInt64>? {
        guard let minimum = pointer(160), let maximum = pointer(168), let text = pointer(176), let end = pointer(184),
            text <= minimum, minimum < maximum, maximum <= end, image.segment(holding: text)?.isExecutable == true
        else { return nil }
        return text..<end
    }

    var functionRecords: Range<UInt64>? {
        guard let start = pointer(104), let size = pointer(112), image.segment(holding: start, count: size) != nil
        else { return nil }
        return start..<start + size
    }

    func types(_ layout: ModuleData.Layout) -> Range<UInt64>? {
        guard let start = pointer(layout.types), let end = pointer(layout.etypes), start < end, end - start <= 1 << 30,
            image.segment(holding: start, count: end - start) != nil
        else { return nil }
        return start..<end
    }

    /// The lists of types and of itabs, if all the fields that moved are plausible in this layout.
    func links(_ layout: ModuleData.Layout) -> (types: ModuleData.TypeLinks, itabs: ModuleData.Itabs)? {
        guard let types = types(layout), isMapped(layout.rodata), isMapped(layout.functionData),
            let sections = slice(layout.textSections), (1..<64).contains(sections.count)
        else { return nil }
        if let links = layout.links { return typeLinks(links.types, itabs: links.itabs, types) }
        return layout.descriptors.flatMap { descriptors($0.length, $0.itabs, $0.itabsSize, types) }
    }

    private func typeLinks(
        _ typeField: UInt64, itabs: UInt64, _ types: Range<UInt64>
    ) -> (types: ModuleData.TypeLinks, itabs: ModuleData.Itabs)? {
        guard let itabs = slice(itabs), let links = slice(typeField), links.count > 0, links.count <= types.count / 4,
            itabs.count == 0 || image.segment(holding: itabs.start, count: itabs.count * 8) != nil,
            image.segment(holding: links.start, count: links.count * 4) != nil,
            let first = try? image.load(UInt32.self, at: links.start, "type links"),
            UInt64(first) < types.upperBound - types.lowerBound
        else { return nil }
        return (
            .offsets(address: links.start, count: links.count), .links(address: itabs.start, count: itabs.count)
        )
    }

    private func descriptors(
        _ length: UInt64, _ itabs: UInt64, _ itabsSize: UInt64, _ types: Range<UInt64>
    ) -> (types: ModuleData.TypeLinks, itabs: ModuleData.Itabs)? {
        let size = types.upperBound - types.lowerBound
        // 8 bytes come before the first descriptor, so that offset 0 can mean none.
        guard let length = pointer(length), let itabs = pointer(itabs), let itabsSize = pointer(itabsSize),
            length > 8, length <= itabs, itabs <= size, itabsSize <= size - itabs
        else { return nil }
        let start = types.lowerBound
        return (.descriptors(start + 8..<start + length), .contiguous(start + itabs..<start + itabs + itabsSize))
    }

    private func isMapped(_ field: UInt64) -> Bool {
        pointer(field).flatMap { image.segment(holding: $0, count: 0) } != nil
    }

    /// A slice that the linker laid out: its capacity is its length.
    func slice(_ field: UInt64) -> (start: UInt64, count: UInt64)? {
        guard let start = pointer(field), let count = pointer(field + 8), count == pointer(field + 16),
            count <= 16 << 20, count == 0 || image.segment(holding: start) != nil
        else { return nil }
        return (start, count)
    }
}
