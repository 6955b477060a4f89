/// All that is wrong with a configuration.
package struct ConfigurationError: Error, Equatable {
    package struct Problem: Equatable, Sendable {
        /// Where: the file's path, or the name of a variable.
        package let place: String
        /// Of the file, from 1; nil where it is about all of it.
        package let line: Int?
        /// "rules[0].match.port"; empty when it is about the whole.
        package let key: String
        package let message: String
    }

    package let problems: [Problem]
}

extension ConfigurationError: CustomStringConvertible {
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension ConfigurationError.Problem: CustomStringConvertible {
    package var description: String {
        "\(place)\(line.map { ":\($0)" } ?? ""): \(key.isEmpty ? "" : "\(key): ")\(message)"
    }
}

/// Gathers what is wrong, so that all of it can be told at once.
final class ConfigurationProblems {
    /// The file's path.
    let file: String
    private(set) var all: [ConfigurationError.Problem] = []

    init(file: String) {
        self.file = file
    }

    /// - Parameter place: another file; nil for the configuration's own.
    func add(place: String? = nil, line: Int?, key: String, _ message: String) {
        all.append(.init(place: place ?? file, line: line, key: key, message: message))
    }

    func add(variable: String, _ message: String) {
        all.append(.init(place: variable, line: nil, key: "", message: message))
    }

    /// Fails if there are any.
    func check() throws(ConfigurationError) {
        if !all.isEmpty { throw ConfigurationError(problems: all.sorted { ($0.line ?? 0) < ($1.line ?? 0) }) }
    }
}
