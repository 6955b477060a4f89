/// The tables of the runtime's `moduledata` (`runtime/symtab.go`) that are used here. It has no version; which of its
/// layouts a program has is seen from which one makes sense.
struct ModuleData: Sendable {
    /// Start of the code that functions' entries count from, and its end. Image-relative, like all addresses here.
    var text: Range<UInt64> { textSections.text }
    let textSections: TextSections
    /// What type and name offsets count from, and its end.
    let types: Range<UInt64>
    /// What a function's data offsets count from.
    let functionData: UInt64
    /// The records of functions, header's `functions` on.
    let functionRecords: Range<UInt64>
    let typeLinks: TypeLinks
    let itabs: Itabs
    let layout: Layout

    /// Where the types that can be looked up by name are listed, in order of their names.
    enum TypeLinks: Sendable {
        /// 32-bit offsets from `types`.
        case offsets(address: UInt64, count: UInt64)
        /// The type descriptors themselves, one behind the other (Go 1.27).
        case descriptors(Range<UInt64>)
    }

    /// The pairs of an interface and a type that the linker has made method tables for (`internal/abi.ITab`).
    enum Itabs: Sendable {
        /// Pointers to them.
        case links(address: UInt64, count: UInt64)
        /// The tables themselves, one behind the other (Go 1.27).
        case contiguous(Range<UInt64>)
    }

    /// Where the fields that moved are, in bytes.
    struct Layout: Sendable {
        let types: UInt64
        let etypes: UInt64
        let rodata: UInt64
        let functionData: UInt64
        let textSections: UInt64
        /// `typelinks` and `itablinks`, until Go 1.26.
        let links: (types: UInt64, itabs: UInt64)?
        /// `typedesclen`, `itaboffset` and `itabsize`, from Go 1.27 on.
        let descriptors: (length: UInt64, itabs: UInt64, itabsSize: UInt64)?
        let maps: MapDescriptor

        static let all = [
            // Go 1.18 and 1.19
            Layout(
                types: 280, etypes: 288, rodata: 296, functionData: 304, textSections: 312, links: (336, 360),
                descriptors: nil, maps: .go124),
            // Go 1.20 to 1.25
            Layout(
                types: 296, etypes: 304, rodata: 312, functionData: 320, textSections: 328, links: (352, 376),
                descriptors: nil, maps: .go124),
            // Go 1.26
            Layout(
                types: 296, etypes: 304, rodata: 312, functionData: 320, textSections: 336, links: (360, 384),
                descriptors: nil, maps: .go124),
            // Go 1.27
            Layout(
                types: 296, etypes: 312, rodata: 336, functionData: 344, textSections: 360, links: nil,
                descriptors: (304, 320, 328), maps: .go127),
        ]
    }

    /// Finds the module data that refers to a function table, or nil if there is none.
    static func find(for header: FunctionTableHeader, in image: Image) throws(GoBinaryError) -> ModuleData? {
        for address in image.relocated(to: header.address) {
            if let module = try ModuleData(at: address, header, image) { return module }
        }
        for segment in image.elf.segments where segment.isWritable {
            for address in try SegmentScan(segment, image).words(equalTo: header.address) {
                if let module = try ModuleData(at: address, header, image) { return module }
            }
        }
        return nil
    }

    /// Nil if what is at `address` doesn't agree with the function table or with itself.
    private init?(at address: UInt64, _ header: FunctionTableHeader, _ image: Image) throws(GoBinaryError) {
        let fields = ModuleDataFields(address: address, image: image)
        guard fields.agree(with: header), let text = fields.text else { return nil }
        let matches = Layout.all.compactMap { layout in fields.links(layout).map { (layout, $0) } }
        guard let (layout, (links, itabs)) = matches.first else { return nil }
        guard matches.count == 1 else { throw .corrupt("module data that fits several Go releases") }
        guard let types = fields.types(layout), let functionData = fields.pointer(layout.functionData),
            let records = fields.functionRecords, let table = fields.slice(layout.textSections),
            let textSections = TextSections(text, table: table, image)
        else { return nil }
        self.textSections = textSections
        self.types = types
        self.functionData = functionData
        functionRecords = records
        typeLinks = links
        self.itabs = itabs
        self.layout = layout
    }
}
