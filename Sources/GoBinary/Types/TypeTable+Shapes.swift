extension TypeTable {
    /// More parameters and results, and more methods, than any real type has.
    private static let partLimit: UInt64 = 1 << 10
    private static let methodLimit: UInt64 = 4 << 10

    func shape(of type: TypeDescriptor) throws(GoBinaryError) -> TypeShape {
        switch type.kind {
        case .array: return .array(of: try part(of: type), length: try field(64, of: type))
        case .chan:
            guard let direction = TypeShape.Direction(rawValue: try field(56, of: type)) else {
                throw .corrupt("channel type of no direction")
            }
            return .chan(of: try part(of: type), direction)
        case .function: return try functionShape(of: type)
        case .interface: return .interface
        case .map: return .map(key: reference(try self.part(of: type, at: 48)), element: try part(of: type))
        case .pointer: return .pointer(to: try part(of: type))
        case .slice: return .slice(of: try part(of: type))
        case .structure: return .structure
        default: return .basic
        }
    }

    private func field(_ offset: UInt64, of type: TypeDescriptor) throws(GoBinaryError) -> UInt64 {
        try image.load(UInt64.self, at: try type.address.plus(offset, "type descriptor"), "type descriptor")
    }

    private func reference(_ type: TypeDescriptor) -> TypeShape.Part {
        TypeShape.Part(typeAddress: type.address, kind: type.kind)
    }

    private func part(of type: TypeDescriptor) throws(GoBinaryError) -> TypeShape.Part {
        reference(try element(of: type))
    }

    /// Number of parameters 48, number of results 50 with the top bit for variadic, then, behind the uncommon part, the
    /// types of both (`internal/abi.FuncType`).
    private func functionShape(of type: TypeDescriptor) throws(GoBinaryError) -> TypeShape {
        let what = "function type"
        let counts = try image.load(UInt32.self, at: try type.address.plus(48, what), what)
        let (parameters, results) = (UInt64(counts & 0xffff), UInt64(counts >> 16 & 0x7fff))
        guard parameters + results <= Self.partLimit else { throw .tooLarge("parameters of a function type") }
        let first: UInt64 = type.flags & TypeDescriptor.uncommon != 0 ? 72 : 56
        var parts: [TypeShape.Part] = []
        for index in 0..<parameters + results {
            parts.append(reference(try part(of: type, at: first + index * 8)))
        }
        return .function(
            parameters: Array(parts.prefix(Int(parameters))), results: Array(parts.dropFirst(Int(parameters))),
            isVariadic: counts >> 31 != 0)
    }

    /// The interface type at `address`, or nil if another kind of type is there.
    func interfaceLayout(at address: UInt64) throws(GoBinaryError) -> InterfaceLayout? {
        let type = try descriptor(at: address)
        guard type.kind == .interface else { return nil }
        let isNamed = type.flags & TypeDescriptor.named != 0
        let package = isNamed ? try packagePath(of: type) : nil
        return InterfaceLayout(
            package: package.map { String(programText: $0) } ?? "",
            name: isNamed ? try declaredName(of: type) : "", typeAddress: address, methods: try methods(of: type))
    }

    /// How many methods an interface type says to have, a number within bounds.
    func methodCount(of type: TypeDescriptor) throws(GoBinaryError) -> UInt64 {
        let count = try field(64, of: type)
        guard count <= Self.methodLimit else { throw .tooLarge("\(count) methods of an interface") }
        return count
    }

    /// Pairs of offsets of name and type (`internal/abi.Imethod`).
    private func methods(of type: TypeDescriptor) throws(GoBinaryError) -> [InterfaceLayout.Method] {
        let what = "methods of an interface type"
        let count = try methodCount(of: type)
        guard count > 0 else { return [] }
        let first = try image.pointer(at: try type.address.plus(56, what), what)
        guard image.segment(holding: first, count: count * 8) != nil else { throw .corrupt(what) }
        var methods: [InterfaceLayout.Method] = []
        for method in stride(from: first, to: first + count * 8, by: 8) {
            let nameOffset = UInt64(try image.load(UInt32.self, at: method, what))
            let typeOffset = UInt64(try image.load(UInt32.self, at: method + 4, what))
            let name = try self.name(at: try types.lowerBound.plus(nameOffset, what), limit: Self.fieldNameLimit)
            methods.append(
                InterfaceLayout.Method(
                    name: String(programText: name.text), isExported: name.flags & 1 != 0,
                    typeAddress: try descriptor(at: try types.lowerBound.plus(typeOffset, what)).address))
        }
        return methods
    }
}
