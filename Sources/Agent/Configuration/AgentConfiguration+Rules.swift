import OTLP
import Spans
import Workloads

extension AgentConfiguration {
    static func rules(
        _ root: ConfigurationSection, destinations: [DestinationSetting], _ problems: ConfigurationProblems
    ) -> [TraceRule] {
        let known = ["name", "match", "trace", "destination", "sampler", "limits", "resource", "instrumentation"]
        return root.sections("rules", known: known).enumerated().map { index, section in
            var rule = TraceRule(name: section.text("name") ?? "rule \(index + 1)", match: match(section))
            rule.isTraced = section.flag("trace") ?? true
            rule.sampler = sampler(section)
            rule.limits = limits(section)
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

    private static func resource(_ section: ConfigurationSection) -> ResourceOverrides {
        do throws(ResourceOverrideError) {
            return try ResourceOverrides(section.pairs("resource"))
        } catch {
            section.complain("resource", "\(error)")
            return .none
        }
    }
}
