import OTLP
import Spans
package import SystemPackage
import Workloads
import Yams

extension AgentConfiguration {
    package static let defaultFile = "/etc/nodespan/config.yaml"

    private static let version = "nodespan/v1"
    /// What a variable may set, too.
    private static let layered = ["sampling.type", "sampling.argument", "policy.injection", "redaction.query"]

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
            known: ["apiVersion", "rules", "destinations", "sampling", "policy", "redaction"], problems: problems)
        var configuration = AgentConfiguration()
        if root.text("apiVersion") != version {
            root.complain("apiVersion", "is to be \(version): without it, nobody can tell what the rest means")
        }
        configuration.destinations = destinations(root)
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

    private static func destinations(_ root: ConfigurationSection) -> [DestinationSetting] {
        var names: Set<String> = []
        return root.sections("destinations", known: ["name", "endpoint", "headers"]).compactMap { section in
            guard let name = section.text("name") else {
                section.complain("has no name, by which rules refer to it")
                return nil
            }
            if !names.insert(name).inserted { section.complain("name", "there is another destination \(name)") }
            guard let text = section.text("endpoint") else {
                section.complain("has no endpoint, such as http://collector:4318")
                return nil
            }
            var headers: [OTLPHeader] = []
            for (name, value) in section.pairs("headers") {
                do throws(OTLPHeaderError) {
                    headers.append(try OTLPHeader("\(name)=\(value)"))
                } catch {
                    section.complain("headers", "\(error)")
                }
            }
            do throws(OTLPEndpointError) {
                return DestinationSetting(name: name, endpoint: try OTLPEndpoint(text), headers: headers)
            } catch {
                section.complain("endpoint", "\(error)")
                return nil
            }
        }
    }

    private static func rules(
        _ root: ConfigurationSection, destinations: [DestinationSetting], _ problems: ConfigurationProblems
    ) -> [TraceRule] {
        let known = ["name", "match", "trace", "destination", "sampler", "resource", "instrumentation"]
        return root.sections("rules", known: known).enumerated().map { index, section in
            var rule = TraceRule(name: section.text("name") ?? "rule \(index + 1)", match: match(section))
            rule.isTraced = section.flag("trace") ?? true
            rule.sampler = section.section("sampler", known: ["type", "argument"]).flatMap(sampler)
            rule.resource = resource(section)
            rule.instrumentation = section.text("instrumentation").flatMap { text in
                InstrumentationFile.read(text, problems) { section.complain("instrumentation", $0) }
            }
            rule.destination =
                section.text("destination") ?? (section.has("instrumentation") ? nil : destinations.first?.name)
            if let named = section.text("destination"), !destinations.contains(where: { $0.name == named }) {
                let hint = NearestName.find(named, among: destinations.map(\.name)).map { "; did you mean \($0)?" }
                section.complain("destination", "there is no destination \(named)\(hint ?? "")")
            } else if rule.isTraced, !root.has("destinations"), !section.has("instrumentation") {
                section.complain("has nowhere to send spans: add one to destinations")
            }
            return rule
        }
    }

    private static func match(_ rule: ConfigurationSection) -> ProcessMatch {
        let known = ["executable", "systemdUnit", "cgroup", "environment", "port"]
        guard let section = rule.section("match", known: known) else {
            rule.complain("has no match, which says of which processes it is: \(known.joined(separator: ", "))")
            return ProcessMatch()
        }
        func patterns<Pattern>(_ key: String, _ pattern: (String) -> Pattern?) -> [Pattern] {
            (section.texts(key) ?? []).compactMap { text in
                if let pattern = pattern(text) { return pattern }
                section.complain(key, "'\(TerminalText(text, limit: 60).text)' matches nothing")
                return nil
            }
        }
        let match = ProcessMatch(
            executables: patterns("executable", ExecutablePattern.init),
            units: patterns("systemdUnit", NamePattern.init),
            controlGroups: patterns("cgroup", NamePattern.init),
            variables: patterns("environment", VariablePattern.init),
            ports: Set(patterns("port") { UInt16($0).flatMap { $0 > 0 ? $0 : nil } }))
        if match.isEmpty { section.complain("says nothing: one of \(known.joined(separator: ", ")) is needed") }
        return match
    }

    private static func sampler(_ section: ConfigurationSection) -> Sampler? {
        guard let name = section.text("type") else {
            section.complain("has no type, such as parentbased_traceidratio")
            return nil
        }
        do throws(SamplerError) {
            return try Sampler(name: name, argument: section.text("argument"))
        } catch {
            section.complain("\(error)")
            return nil
        }
    }

    private static func resource(_ section: ConfigurationSection) -> ResourceOverrides {
        do throws(ResourceOverrideError) {
            return try ResourceOverrides(section.pairs("resource"))
        } catch {
            section.complain("resource", "\(error)")
            return .none
        }
    }

    /// What a variable may set, too.
    private mutating func addSettings(
        of root: ConfigurationSection, _ environment: [String: String], _ problems: ConfigurationProblems
    ) {
        let sections = [
            "sampling": root.section("sampling", known: ["type", "argument"]),
            "policy": root.section("policy", known: ["injection", "allowedEndpoints"]),
            "redaction": root.section("redaction", known: ["query"]),
        ]
        var texts: [String: [String]] = [:]
        for key in Self.layered {
            let parts = key.split(separator: ".").map(String.init)
            texts[key] = sections[parts[0]]??.texts(parts[1])
        }
        for text in sections["policy"]??.texts("allowedEndpoints") ?? [] {
            guard let pattern = NamePattern(text.lowercased()) else {
                sections["policy"]??.complain("allowedEndpoints", "an empty pattern matches no host")
                continue
            }
            allowedEndpoints.append(pattern)
        }
        let settings = LayeredSettings(texts: texts, environment: environment)
        for key in Self.layered { origins[key] = settings.variable(key) ?? (texts[key] == nil ? nil : problems.file) }

        func complain(_ key: String, _ message: String) {
            if let variable = settings.variable(key) { return problems.add(variable: variable, message) }
            let parts = key.split(separator: ".").map(String.init)
            sections[parts[0]]??.complain(parts[1], message)
        }
        let argument = settings.texts("sampling.argument")?.first
        if let name = settings.texts("sampling.type")?.first {
            do throws(SamplerError) {
                sampler = try Sampler(name: name, argument: argument)
            } catch {
                complain("sampling.type", "\(error)")
            }
        } else if argument != nil {
            complain("sampling.argument", "needs sampling.type")
        }
        if let text = settings.texts("policy.injection")?.first {
            if let known = Injection(rawValue: text) {
                injection = known
            } else {
                complain(
                    "policy.injection",
                    "is to be \(Injection.allCases.map(\.rawValue).joined(separator: " or ")), not '\(text)'")
            }
        }
        redaction = QueryRedaction(further: settings.texts("redaction.query") ?? [])
    }
}
