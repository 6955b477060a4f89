/// The type descriptors of a program and the sorted list through which those that reflection can reach are found. Every
/// named struct is reached by the pointer type to it.
struct TypeTable: Sendable {
    let image: Image
    let types: Range<UInt64>
    let links: ModuleData.TypeLinks
    let maps: MapDescriptor
    private let descriptors = DescriptorIndex()

    /// Longest name read, in bytes.
    static let nameLimit = 16 << 10
    /// Types of one name that are looked at; 1,490 have been seen.
    private static let equalNameLimit: UInt64 = 8 << 10

    init(_ module: ModuleData, _ image: Image) {
        self.image = image
        types = module.types
        links = module.typeLinks
        maps = module.layout.maps
    }

    /// A named type: its own descriptor and that of the pointer to it.
    struct NamedType {
        let type: TypeDescriptor
        let pointer: TypeDescriptor
        /// As the binary has it, so with any vendor prefix.
        let package: [UInt8]
    }

    /// Finds a named type of one kind, or nil if the program has none.
    func namedType(
        _ name: String, in package: String, kind: Kind, mapSize: UInt64 = MapDescriptor.classicSize
    ) throws(GoBinaryError) -> NamedType? {
        for packageName in Self.packageNames(of: package) {
            let wanted = Array("*\(packageName).\(name)".utf8)
            var index = try firstLink(notBefore: wanted)
            let end = min(try linkCount(), index + Self.equalNameLimit)
            while index < end {
                let pointer = try link(index)
                guard try self.name(of: pointer, limit: wanted.count + 1).elementsEqual(wanted) else { break }
                if let found = try namedType(pointer, package, kind, mapSize) { return found }
                index += 1
            }
        }
        return nil
    }

    private func namedType(
        _ pointer: TypeDescriptor, _ package: String, _ kind: Kind, _ mapSize: UInt64
    ) throws(GoBinaryError) -> NamedType? {
        guard pointer.kind == .pointer else { return nil }
        let type = try element(of: pointer)
        guard type.kind == kind, type.flags & TypeDescriptor.named != 0,
            let path = try packagePath(of: type, mapSize: mapSize), Self.isPackage(path, package)
        else { return nil }
        return NamedType(type: type, pointer: pointer, package: path)
    }

    /// Packages are also found where a program vendors them.
    private static func isPackage(_ path: [UInt8], _ package: String) -> Bool {
        let wanted = Array(package.utf8)
        return path == wanted || path.elementsEqual(Array("vendor/".utf8) + wanted)
            || path.reversed().starts(with: Array("/vendor/".utf8 + wanted).reversed())
    }

    /// What a package is called in the names of its types, which its path only suggests: `yaml` for `gopkg.in/yaml.v3`,
    /// `redis` for `github.com/redis/go-redis/v9`.
    static func packageNames(of path: String) -> [String] {
        var elements = path.split(separator: "/")
        guard let last = elements.popLast() else { return [] }
        var names = [last]
        if last.first == "v", last.dropFirst().allSatisfy(\.isNumber), let previous = elements.last {
            names.append(previous)
        }
        for name in names {
            if let dot = name.firstIndex(of: ".") { names.append(name[..<dot]) }
            if name.hasPrefix("go-") { names.append(name.dropFirst(3)) }
            if name.hasSuffix("-go") { names.append(name.dropLast(3)) }
        }
        return names.map(String.init)
    }

    /// The position of the first listed type whose name doesn't sort before `name`.
    private func firstLink(notBefore name: [UInt8]) throws(GoBinaryError) -> UInt64 {
        var (low, high) = (UInt64(0), try linkCount())
        while low < high {
            let middle = low + (high - low) / 2
            let other = try self.name(of: try link(middle), limit: name.count + 1)
            if other.lexicographicallyPrecedes(name) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func linkCount() throws(GoBinaryError) -> UInt64 {
        switch links {
        case .offsets(_, let count): count
        case .descriptors(let range): UInt64(try descriptors.offsets(range, mapSize: maps.size, image).count)
        }
    }

    private func link(_ index: UInt64) throws(GoBinaryError) -> TypeDescriptor {
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
