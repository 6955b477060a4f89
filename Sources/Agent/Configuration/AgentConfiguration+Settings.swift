import OTLP
import Spans
import Workloads

extension AgentConfiguration {
    /// What a variable may set, too.
    private static let layered = ["sampling.type", "sampling.argument", "policy.injection", "redaction.query"]

    /// What a variable may set, too.
    mutating func addSettings(
        of root: ConfigurationSection, _ environment: [String: String], _ problems: ConfigurationProblems
    ) {
        let sections = [
            "sampling": root.section("sampling", known: Self.samplerKeys),
            "policy": root.section("policy", known: ["injection", "allowedEndpoints"]),
            "redaction": root.section("redaction", known: ["query", "attributes", "values"]),
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
        // Of a remote sampler, it has several members.
        let argument = settings.texts("sampling.argument")?.joined(separator: ",")
        if let name = settings.texts("sampling.type")?.first {
            let read = Self.sampler(name, argument, sections["sampling"] ?? nil) { complain("sampling.\($0)", $1) }
            if let read { sampler = read }
        } else if argument != nil {
            complain("sampling.argument", "needs sampling.type")
        } else if let key = Self.samplerKeys.first(where: { sections["sampling"]??.has($0) == true }) {
            complain("sampling.\(key)", "needs sampling.type")
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
        redaction = Self.redaction(sections["redaction"] ?? nil, query: settings.texts("redaction.query") ?? [])
        limits = Self.limits(root) ?? .none
    }
}
