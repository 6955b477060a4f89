import Configuration

/// Settings that an environment variable may set over the file: NODESPAN_SAMPLING_TYPE goes before `sampling.type`.
struct LayeredSettings {
    private static let prefix = "nodespan"

    private let file: InMemoryProvider
    private let variables: KeyMappingProvider<EnvironmentVariablesProvider>
    private let reader: ConfigReader

    /// - Parameter texts: of the file, by key.
    init(texts: [String: [String]], environment: [String: String]) {
        let values = texts.map { key, texts in
            (AbsoluteConfigKey(ConfigKey(key)), ConfigValue(.stringArray(texts), isSecret: false))
        }
        file = InMemoryProvider(name: "file", values: Dictionary(uniqueKeysWithValues: values))
        variables = EnvironmentVariablesProvider(environmentVariables: environment.filter { !$0.value.isEmpty })
            .prefixKeys(with: ConfigKey(Self.prefix))
        reader = ConfigReader(providers: [variables, file])
    }

    /// Commas separate the members of a variable.
    func texts(_ key: String) -> [String]? { reader.stringArray(forKey: ConfigKey(key)) }

    /// Where it comes from: the name of a variable; nil for the file.
    func variable(_ key: String) -> String? {
        let isSet =
            (try? variables.value(forKey: AbsoluteConfigKey(ConfigKey(key)), type: .stringArray))?.value != nil
        return isSet ? Self.variable(for: key) : nil
    }

    /// As swift-configuration spells it.
    private static func variable(for key: String) -> String {
        "\(prefix).\(key)".map { $0 == "." ? "_" : $0.uppercased() }.joined()
    }
}
