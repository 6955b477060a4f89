internal import CBPF
internal import GoBinary

extension FieldResolver {
    /// Sets the facts of the types of errors that the binary has, in their order.
    mutating func resolve(_ errors: [ErrorType]) throws(PlanningError) {
        var found: [ns_error_type] = []
        for error in errors {
            if let type = try self.error(error) { found.append(type) }
        }
        withUnsafeMutableBytes(of: &facts.error_types) { bytes in
            let types = bytes.bindMemory(to: ns_error_type.self)
            for (index, type) in found.enumerated() where index < types.count { types[index] = type }
        }
    }

    private func error(_ error: ErrorType) throws(PlanningError) -> ns_error_type? {
        let package = copy.name(of: error.type.package)
        do {
            guard let named = try binary.namedType(package: package, name: error.type.name, match: .exact) else {
                return nil
            }
            let hash = try binary.typeHash(at: error.isPointer ? named.pointerTypeAddress : named.typeAddress)
            var inner: ns_offset?
            if let field = error.inner, let layout = try binary.structLayout(at: named.typeAddress),
                let path = try binary.fieldPath(field, in: layout), path.kind == .interface, path.hops.count == 1
            {
                inner = ns_offset(fitting: path.hops[0])
            }
            return ns_error_type(
                hash: hash, kind: UInt16(error.kind.rawValue), inner: inner ?? ns_offset(NS_ABSENT))
        } catch {
            try error.rethrowUnlessShape()
            return nil
        }
    }
}
