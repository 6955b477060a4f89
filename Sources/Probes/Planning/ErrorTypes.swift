internal import CBPF
internal import GoBinary

/// Finds the types of errors that a program has, in all the copies of their packages.
struct ErrorTypes {
    let binary: GoBinary

    /// In the order of `errors`; at most NS_ERROR_TYPES_MAX. Metadata that contradicts itself has none.
    func find(_ errors: [ErrorType]) throws(PlanningError) -> [ns_error_type] {
        var found: [ns_error_type] = []
        for error in errors {
            do throws(GoBinaryError) {
                for type in try binary.namedTypes(package: error.type.package, name: error.type.name) {
                    found.append(try layout(error, of: type))
                }
            } catch {
                try error.rethrowUnlessShape()
            }
        }
        return Array(found.prefix(Int(NS_ERROR_TYPES_MAX)))
    }

    private func layout(_ error: ErrorType, of type: NamedType) throws(GoBinaryError) -> ns_error_type {
        var inner: ns_offset?
        if let field = error.inner, let layout = try binary.structLayout(at: type.typeAddress),
            let path = try binary.fieldPath(field, in: layout), path.kind == .interface, path.hops.count == 1
        {
            inner = ns_offset(fitting: path.hops[0])
        }
        let hash = try binary.typeHash(at: error.isPointer ? type.pointerTypeAddress : type.typeAddress)
        return ns_error_type(hash: hash, kind: UInt16(error.kind.rawValue), inner: inner ?? ns_offset(NS_ABSENT))
    }
}

extension ns_binary_facts {
    mutating func set(_ errors: [ns_error_type]) {
        withUnsafeMutableBytes(of: &error_types) { bytes in
            for (index, error) in errors.enumerated() {
                bytes.storeBytes(
                    of: error, toByteOffset: index * MemoryLayout<ns_error_type>.stride, as: ns_error_type.self)
            }
        }
    }
}
