/// What the operator says of all traced processes, whatever they say of themselves.
package struct ResourceOverrides: Hashable, Sendable {
    /// Each key once.
    package private(set) var attributes: [Attribute] = []

    package static let none = ResourceOverrides()

    private init() {}

    /// - Parameters:
    ///   - serviceName: goes before a `service.name` among the attributes.
    ///   - attributes: texts in the form of OTEL_RESOURCE_ATTRIBUTES; of a key that stands twice, the later value counts.
    package init(serviceName: String?, attributes texts: [String]) throws(ResourceOverrideError) {
        var values: [(key: String, value: String)] = []
        for text in texts { values += try Self.pairs(in: text) }
        if let serviceName { values.append(("service.name", serviceName)) }
        try self.init(values)
    }

    /// - Parameter pairs: of a key that stands twice, the later value counts.
    package init(_ pairs: [(key: String, value: String)]) throws(ResourceOverrideError) {
        var values: [(key: String, value: String)] = []
        for (key, value) in pairs {
            if Self.isMeasured(key) { throw .measured(key) }
            values.removeAll { $0.key == key }
            values.append((key, value))
        }
        if values.contains(where: { $0.key == "service.name" && $0.value.isEmpty }) { throw .noServiceName }
        attributes = values.map { Attribute($0.key, .string($0.value)) }
    }

    private static func pairs(in text: String) throws(ResourceOverrideError) -> [(key: String, value: String)] {
        do throws(ResourceVariableError) {
            return try ResourceVariable.attributes(of: text)
        } catch {
            throw .invalid(error)
        }
    }

    /// What tells the processes apart, and who traced them.
    private static func isMeasured(_ key: String) -> Bool {
        key.hasPrefix("process.") || key.hasPrefix("telemetry.")
    }
}

/// Why a resource can't be as the operator wants it.
package enum ResourceOverrideError: Error, Hashable {
    case invalid(ResourceVariableError)
    case measured(String)
    case noServiceName
}

extension ResourceOverrideError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalid(let error): error.problem
        case .measured(let key): "\(TerminalText(key, limit: 60).text) is what nodespan measures, and can't be set"
        case .noServiceName: "a service name can't be empty"
        }
    }
}
