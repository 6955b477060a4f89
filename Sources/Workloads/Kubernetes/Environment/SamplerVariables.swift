/// OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG (OpenTelemetry specification, "General SDK Configuration").
enum SamplerVariables {
    static let name = "OTEL_TRACES_SAMPLER"
    static let argument = "OTEL_TRACES_SAMPLER_ARG"

    /// Has them name a sampler that nodespan has, with an argument that it takes, or none at all. What is invalid is
    /// said and else ignored, as the specification demands.
    static func settle(_ variables: inout [String: String]) -> SettingNotice? {
        let given = variables.removeValue(forKey: name) ?? ""
        let argument = variables.removeValue(forKey: argument).map(trimmed) ?? ""
        // Enumerations are to be read without regard to case.
        let sampler = trimmed(given).lowercased()
        switch sampler {
        case "": return nil
        case "always_on", "always_off", "parentbased_always_on", "parentbased_always_off":
            variables[name] = sampler
            return nil
        case "traceidratio", "parentbased_traceidratio":
            variables[name] = sampler
            if argument.isEmpty { return nil }
            guard isRatio(argument) else { return .invalidSamplerArgument(sampler: sampler, argument: argument) }
            variables[Self.argument] = argument
            return nil
        case "jaeger_remote", "parentbased_jaeger_remote":
            // Whoever asks the server says what is wrong with the argument.
            variables[name] = sampler
            if !argument.isEmpty { variables[Self.argument] = argument }
            return nil
        default: return .unknownSampler(given)
        }
    }

    private static func isRatio(_ text: String) -> Bool {
        Double(text).map { (0...1).contains($0) } ?? false
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let isBlank = { (character: Character) in character.isWhitespace }
        guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(text[first...last])
    }
}
