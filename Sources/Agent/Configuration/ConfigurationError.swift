/// All that is wrong with a configuration.
package struct ConfigurationError: Error, Equatable {
    package struct Problem: Equatable, Sendable {
        /// Where: "/etc/nodespan/config.yaml:12", or the name of a variable.
        package let place: String
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
    package var description: String { "\(place): \(key.isEmpty ? "" : "\(key): ")\(message)" }
}

/// Gathers what is wrong, so that all of it can be told at once.
final class ConfigurationProblems {
    /// The file's path.
    let file: String
    private(set) var all: [ConfigurationError.Problem] = []

    init(file: String) {
        self.file = file
    }

    func add(line: Int?, key: String, _ message: String) {
        all.append(.init(place: line.map { "\(file):\($0)" } ?? file, key: key, message: message))
    }

    func add(variable: String, _ message: String) {
        all.append(.init(place: variable, key: "", message: message))
    }

    /// Fails if there are any.
    func check() throws(ConfigurationError) {
        if !all.isEmpty { throw ConfigurationError(problems: all) }
    }
}
