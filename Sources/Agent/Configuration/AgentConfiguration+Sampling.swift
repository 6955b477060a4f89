import Spans

extension AgentConfiguration {
    /// The specification's sampler that has others for its cases.
    static let parentBased = "parentbased"
    /// By what the configuration calls them.
    private static let cases: [(key: String, share: any WritableKeyPath<SamplingDecisions, SampledShare> & Sendable)] =
        [
            ("root", \.root), ("remoteParentSampled", \.remoteParentSampled),
            ("remoteParentNotSampled", \.remoteParentNotSampled), ("localParentSampled", \.localParentSampled),
            ("localParentNotSampled", \.localParentNotSampled),
        ]
    static let samplerKeys = ["type", "argument"] + cases.map(\.key)

    /// Of a rule.
    static func sampler(_ rule: ConfigurationSection) -> Sampler? {
        guard let section = rule.section("sampler", known: samplerKeys) else { return nil }
        guard let name = section.text("type") else {
            section.complain("has no type, such as parentbased_traceidratio")
            return nil
        }
        return sampler(name, section.text("argument"), section) { section.complain($0, $1) }
    }

    /// - Parameters:
    ///   - section: which has the samplers of a ParentBased one; nil where only variables say something.
    ///   - complain: with a key of it.
    static func sampler(
        _ name: String, _ argument: String?, _ section: ConfigurationSection?, complain: (String, String) -> Void
    ) -> Sampler? {
        let given = cases.map(\.key).filter { section?.has($0) == true }
        if name == parentBased {
            if argument != nil { complain("argument", "\(parentBased) takes none; its root does") }
            return parentBased(section, complain)
        }
        for key in given { complain(key, "is for the type \(parentBased); \(name) has none") }
        do throws(SamplerError) {
            return try Sampler(name: name, argument: argument) { member in
                complain(
                    "argument",
                    "'\(TerminalText(String(member), limit: 60).text)' is none of endpoint=URL, pollingIntervalMs=NUMBER and "
                        + "initialSamplingRate=SHARE")
            }
        } catch {
            switch error {
            case .unknownName: complain("type", "\(error), \(parentBased)")
            case .unsupported: complain("type", "\(error)")
            case .takesNoArgument, .invalidRatio: complain("argument", "\(error)")
            }
            return nil
        }
    }

    private static func parentBased(
        _ section: ConfigurationSection?, _ complain: (String, String) -> Void
    ) -> Sampler? {
        guard let section, section.has("root") else {
            complain(
                "type", "\(parentBased) needs root, the sampler of traces that begin here, such as {type: always_on}")
            return nil
        }
        var decisions = SamplingDecisions(root: .all)
        for (key, share) in cases {
            guard let delegate = section.section(key, known: ["type", "argument"]) else { continue }
            let name = delegate.text("type") ?? ""
            guard [.alwaysOn, .alwaysOff, .traceIDRatio].contains(Sampler.Name(rawValue: name)) else {
                delegate.complain("its type is to be always_on, always_off or traceidratio")
                continue
            }
            do throws(SamplerError) {
                decisions[keyPath: share] = try Sampler(name: name, argument: delegate.text("argument")).decisions.root
            } catch {
                delegate.complain("\(error)")
            }
        }
        return Sampler(parentBased: decisions)
    }

    private static let spansPerSecond = "spansPerSecond"

    /// What processes may have at most; nil where the section says nothing of it.
    static func limits(_ parent: ConfigurationSection) -> TracingLimits? {
        let known = [spansPerSecond] + SpanLimit.allCases.map(\.rawValue)
        guard let section = parent.section("limits", known: known) else { return nil }
        var limits = TracingLimits()
        if let text = section.text(spansPerSecond) {
            if let rate = Double(text), rate > 0, rate <= 1e9 {
                limits.spansPerSecond = rate
            } else {
                section.complain(
                    spansPerSecond, "is to be a number above 0, not '\(text)'; without it there is no limit")
            }
        }
        for limit in SpanLimit.allCases {
            guard let text = section.text(limit.rawValue) else { continue }
            if let number = UInt32(text) {
                limits.span[limit] = Int(number)
            } else {
                section.complain(limit.rawValue, "is to be a whole number from 0 on, not '\(text)'")
            }
        }
        return limits
    }
}
