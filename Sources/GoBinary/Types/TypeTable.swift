/// The type descriptors of a program and the sorted list through which those that reflection can reach are found. Every
/// named struct is reached by the pointer type to it.
struct TypeTable: Sendable {
    let image: Image
    let types: Range<UInt64>
    let text: Range<UInt64>
    let links: ModuleData.TypeLinks
    let itabs: ModuleData.Itabs
    let maps: MapDescriptor
    let itabIndex = ItabIndex()
    private let descriptors = DescriptorIndex()

    /// Longest name read, in bytes.
    static let nameLimit = 16 << 10

    init(_ module: ModuleData, _ image: Image) {
        self.image = image
        types = module.types
        text = module.text
        itabs = module.itabs
        links = module.typeLinks
        maps = module.layout.maps
    }

    /// The position of the first listed type whose name doesn't sort before `name`.
    func firstLink(notBefore name: [UInt8]) throws(GoBinaryError) -> UInt64 {
        var (low, high) = (UInt64(0), try linkCount())
        while low < high {
            let middle = low + (high - low) / 2
            let other = try self.name(of: try link(middle), limit: name.count + 1)
            if other.lexicographicallyPrecedes(name) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func linkCount() throws(GoBinaryError) -> UInt64 {
        switch links {
        case .offsets(_, let count): count
        case .descriptors(let range): UInt64(try descriptors.offsets(range, mapSize: maps.size, image).count)
        }
    }

    func link(_ index: UInt64) throws(GoBinaryError) -> TypeDescriptor {
        switch links {
        case .offsets(let address, _):
            let offset = try image.load(UInt32.self, at: address + index * 4, "type links")
            return try descriptor(at: try types.lowerBound.plus(UInt64(offset), "type links"))
        case .descriptors(let range):
            let offsets = try descriptors.offsets(range, mapSize: maps.size, image)
            return try descriptor(at: range.lowerBound + UInt64(offsets[Int(index)]))
        }
    }
}
