internal import GoBinary

/// Looks for prepared sides in one executable.
struct PreparedResolver {
    private let binary: GoBinary
    private let functions: [String: Function]
    private var layouts: [TypeName: StructLayout?] = [:]

    /// A report on each side whose anchor the executable has; the others aren't linked.
    static func reports(
        on sides: [PreparedSide], in binary: GoBinary
    ) throws(PlanningError) -> [PreparedReport] {
        var resolver = try PreparedResolver(sides, binary)
        var reports: [PreparedReport] = []
        for side in sides where side.anchors.contains(where: resolver.functions.keys.contains) {
            reports.append(try resolver.report(on: side))
        }
        return reports
    }

    private init(_ sides: [PreparedSide], _ binary: GoBinary) throws(PlanningError) {
        self.binary = binary
        do throws(GoBinaryError) {
            functions = try binary.functions(named: Set(sides.flatMap(\.functionNames)))
        } catch {
            throw .binary(error)
        }
    }

    private mutating func report(on side: PreparedSide) throws(PlanningError) -> PreparedReport {
        var report = PreparedReport(name: side.name, functions: [], arguments: [], fields: [], missing: [])
        for need in side.functions {
            if let symbol = need.alternatives.first(where: { functions.keys.contains($0) }),
                let function = functions[symbol]
            {
                report.functions.append(.init(purpose: need.purpose, symbol: symbol, address: function.address))
            } else {
                let reason = "no function \(need.alternatives.joined(separator: " or "))"
                report.missing.append(
                    .init(purpose: need.purpose, reason: reason, isConditional: need.presence.isConditional))
            }
        }
        for need in side.arguments { try resolve(need, into: &report) }
        for need in side.fields { try resolve(need, into: &report) }
        return report
    }

    /// That the function isn't there is told already.
    private func resolve(_ need: ArgumentNeed, into report: inout PreparedReport) throws(PlanningError) {
        guard let function = functions[need.function] else { return }
        var arguments: FunctionArguments?
        do {
            arguments = try binary.arguments(of: function)
        } catch {
            try error.rethrowUnlessShape()
        }
        guard let arguments, let signature = need.signatures.first(where: { arguments.begin(with: $0.shape) }) else {
            report.missing.append(
                .init(
                    purpose: need.purpose,
                    reason: "\(need.function) takes other arguments: \(arguments?.shape ?? "unknown")",
                    isConditional: false))
            return
        }
        let words = arguments.components.filter { $0.argument == signature.argument }
        report.arguments.append(
            .init(purpose: need.purpose, function: need.function, locations: words.map(\.location)))
    }

    private mutating func resolve(_ need: PathNeed, into report: inout PreparedReport) throws(PlanningError) {
        var reasons: [String] = []
        for alternative in need.alternatives {
            var found: [PreparedReport.ResolvedPath] = []
            for field in alternative {
                switch try hops(to: field) {
                case .success(let hops):
                    found.append(
                        .init(purpose: need.purpose, type: field.type.description, path: field.path, hops: hops))
                case .failure(let absence): reasons.append(absence.reason)
                }
            }
            guard found.count < alternative.count else {
                report.fields += found
                return
            }
        }
        report.missing.append(
            .init(
                purpose: need.purpose, reason: reasons.joined(separator: "; "),
                isConditional: need.presence.isConditional))
    }

    private mutating func hops(to field: FieldName) throws(PlanningError) -> Result<[UInt64], Absence> {
        guard let layout = try layout(of: field.type) else {
            return .failure(Absence(reason: "no type \(field.type)"))
        }
        var path: FieldPath?
        do {
            path = try binary.fieldPath(field.path, in: layout)
        } catch {
            try error.rethrowUnlessShape()
        }
        guard let path else { return .failure(Absence(reason: "no such field: \(field.type).\(field.path)")) }
        guard field.shape.includes(path.kind) else {
            return .failure(Absence(reason: "\(field.type).\(field.path) is of another type: \(path.kind)"))
        }
        return .success(path.hops)
    }

    /// The anchors are functions of the package with that very path, so its types are, too.
    private mutating func layout(of type: TypeName) throws(PlanningError) -> StructLayout? {
        if let known = layouts[type] { return known }
        var layout: StructLayout?
        do {
            layout = try binary.structLayout(package: type.package, name: type.name, match: .exact)
        } catch {
            try error.rethrowUnlessShape()
        }
        layouts[type] = .some(layout)
        return layout
    }
}

extension PreparedSide {
    fileprivate var functionNames: [String] {
        anchors + functions.flatMap(\.alternatives) + arguments.map(\.function)
    }
}

extension Presence {
    fileprivate var isConditional: Bool {
        if case .conditional = self { true } else { false }
    }
}

extension FieldName.Shape {
    fileprivate func includes(_ kind: Kind) -> Bool {
        switch self {
        case .string: kind == .string
        case .slice: kind == .slice
        case .interface: kind == .interface
        case .word: [.int, .int64, .uint, .uint64, .uintptr, .pointer, .map, .unsafePointer].contains(kind)
        case .half: [.int32, .uint32].contains(kind)
        case .quarter: [.int16, .uint16].contains(kind)
        case .byte: [.bool, .int8, .uint8].contains(kind)
        case .array: kind == .array
        }
    }
}
