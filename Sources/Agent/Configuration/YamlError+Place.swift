import Yams

/// What is wrong with a document, for its writer.
extension YamlError {
    var line: Int? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: nil
        }
    }

    var message: String {
        switch self {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            "is no YAML: \(problem)"
        case .duplicatedKeysInMapping(let duplicates, _):
            "\(duplicates.map { "\($0)" }.joined(separator: ", ")) stands twice"
        default: "is no YAML: \(self)"
        }
    }
}
