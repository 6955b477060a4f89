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
