import OTLP
import Spans
package import SystemPackage
import Workloads
import Yams

extension AgentConfiguration {
    package static let defaultFile = "/etc/nodespan/config.yaml"

    private static let version = "nodespan/v1"

    /// Reads a file.
    /// - Parameter environment: of this process: NODESPAN_* go before the file.
    package static func read(
        file: FilePath, environment: [String: String]
    ) throws(ConfigurationError) -> AgentConfiguration {
        let problems = ConfigurationProblems(file: file.string)
        let text: String
        do throws(ConfigurationText.Unreadable) {
            text = try ConfigurationText.read(file)
        } catch {
            problems.add(line: nil, key: "", error.message)
            throw ConfigurationError(problems: problems.all)
        }
        return try read(text, file: file.string, environment: environment)
    }

    /// Reads the text of a file.
    package static func read(
        _ text: String, file: String, environment: [String: String]
    ) throws(ConfigurationError) -> AgentConfiguration {
        let problems = ConfigurationProblems(file: file)
        let root = ConfigurationSection(
            try compose(text, problems), path: "",
            known: ["apiVersion", "rules", "destinations", "sampling", "export", "policy", "redaction"],
            problems: problems)
        var configuration = AgentConfiguration()
        if root.text("apiVersion") != version {
            root.complain("apiVersion", "is to be \(version): without it, nobody can tell what the rest means")
        }
        configuration.destinations = destinations(root)
        configuration.export = export(root)
        configuration.rules = rules(root, destinations: configuration.destinations, problems)
        configuration.addSettings(of: root, environment, problems)
        try problems.check()
        return configuration
    }

    private static func compose(_ text: String, _ problems: ConfigurationProblems) throws(ConfigurationError) -> Node {
        let empty = Node([(Node, Node)]())
        do {
            return try Yams.compose(yaml: text) ?? empty
        } catch let error as YamlError {
            problems.add(line: error.line, key: "", error.message)
        } catch {
            problems.add(line: nil, key: "", "\(error)")
        }
        throw ConfigurationError(problems: problems.all)
    }
}
