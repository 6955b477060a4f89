extension TypeTable {
    /// Types of one name that are looked at; 1,490 have been seen.
    private static let equalNameLimit: UInt64 = 8 << 10

    /// All the copies of a named type of one kind or any, that of the exact package first. With `isOneEnough`, those
    /// behind the exact one may be missing.
    func namedTypes(
        _ name: String, in package: String, kind: Kind? = nil, _ match: PackageMatch, isOneEnough: Bool = false
    ) throws(GoBinaryError) -> [NamedType] {
        var (exact, copies): ([NamedType], [NamedType]) = ([], [])
        for packageName in Self.packageNames(of: package) {
            let wanted = Array("*\(packageName)\(packageName.isEmpty ? "" : ".")\(name)".utf8)
            var index = try firstLink(notBefore: wanted)
            let end = min(try linkCount(), index + Self.equalNameLimit)
            while index < end {
                let pointer = try link(index)
                guard try self.name(of: pointer, limit: wanted.count + 1).elementsEqual(wanted) else { break }
                if let found = try namedType(pointer, name, kind) {
                    if found.package == package {
                        exact.append(found)
                        if isOneEnough { return exact }
                    } else if match == .anyCopy, Self.isCopy(found.package, of: package) {
                        copies.append(found)
                    }
                }
                index += 1
            }
        }
        return exact + copies
    }

    func namedType(
        _ name: String, in package: String, kind: Kind? = nil, _ match: PackageMatch = .anyCopy
    ) throws(GoBinaryError) -> NamedType? {
        try namedTypes(name, in: package, kind: kind, match, isOneEnough: true).first
    }

    private func namedType(
        _ pointer: TypeDescriptor, _ name: String, _ kind: Kind?
    ) throws(GoBinaryError) -> NamedType? {
        guard pointer.kind == .pointer else { return nil }
        let type = try element(of: pointer)
        guard type.kind == kind ?? type.kind, type.flags & TypeDescriptor.named != 0 else { return nil }
        let path = try packagePath(of: type) ?? []
        return NamedType(
            package: String(programText: path), name: name, kind: type.kind, typeAddress: type.address,
            pointerTypeAddress: pointer.address)
    }

    private static func isCopy(_ path: String, of package: String) -> Bool {
        !package.isEmpty && (path == "vendor/" + package || path.hasSuffix("/vendor/" + package))
    }

    /// What a package is called in the names of its types, which its path only suggests: `yaml` for `gopkg.in/yaml.v3`,
    /// `redis` for `github.com/redis/go-redis/v9`, `entropy` for `crypto/internal/entropy/v1.0.0`. Go's own types have none.
    static func packageNames(of path: String) -> [String] {
        var elements = path.split(separator: "/")
        guard let last = elements.popLast() else { return [""] }
        var names = [last]
        if last.first == "v", last.dropFirst().allSatisfy({ $0.isNumber || $0 == "." }), let previous = elements.last {
            names.append(previous)
        }
        for name in names {
            if let dot = name.firstIndex(of: ".") { names.append(name[..<dot]) }
            if name.hasPrefix("go-") { names.append(name.dropFirst(3)) }
            if name.hasSuffix("-go") { names.append(name.dropLast(3)) }
        }
        return names.map(String.init)
    }
}
