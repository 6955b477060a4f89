/// Why an environment variable of a traced process was ignored. The process wrote it, so descriptions show it cut and
/// without control characters.
package enum ResourceVariableError: Error, Hashable {
    /// Bytes.
    case tooLong(variable: String, size: Int, limit: Int)
    /// A member of OTEL_RESOURCE_ATTRIBUTES isn't of the form key=value.
    case missingEquals(String)
    /// A member of OTEL_RESOURCE_ATTRIBUTES has no key.
    case emptyKey(String)
    /// A member of OTEL_RESOURCE_ATTRIBUTES is not percent-encoded UTF-8.
    case invalidEncoding(String)
}

extension ResourceVariableError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let variable, _, _): "\(variable) ignored: \(problem)"
        case .missingEquals, .emptyKey, .invalidEncoding: "OTEL_RESOURCE_ATTRIBUTES ignored: \(problem)"
        }
    }

    /// Whatever the text was that has it.
    var problem: String {
        switch self {
        case .tooLong(_, let size, let limit): "it has \(size) bytes, more than the \(limit) allowed"
        case .missingEquals(let member): "'\(shown(member))' is not of the form key=value"
        case .emptyKey(let member): "'\(shown(member))' has no key"
        case .invalidEncoding(let member): "'\(shown(member))' is not percent-encoded UTF-8"
        }
    }

    private func shown(_ member: String) -> String {
        TerminalText(member, limit: 60).text
    }
}
