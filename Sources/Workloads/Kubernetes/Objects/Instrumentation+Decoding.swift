extension Instrumentation: Decodable {
    private enum CodingKeys: CodingKey { case metadata, spec }

    private struct Specification: Decodable {
        var exporter: Exporter?
        var resource: Resource?
        var propagators: [String]?
        var sampler: Sampler?
        var defaults: Defaults?
        var env: [EnvironmentVariable]?
        var go: Go?
    }

    private struct Defaults: Decodable {
        var useLabelsForResourceAttributes: Bool?
    }

    private struct Go: Decodable {
        var env: [EnvironmentVariable]?
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMetadata.self, forKey: .metadata).reduced()
        let spec = try container.decodeIfPresent(Specification.self, forKey: .spec) ?? Specification()
        exporter = spec.exporter ?? Exporter()
        resource = spec.resource ?? Resource()
        propagators = spec.propagators ?? []
        sampler = spec.sampler ?? Sampler()
        usesLabels = spec.defaults?.useLabelsForResourceAttributes ?? false
        environment = spec.env ?? []
        goEnvironment = spec.go?.env ?? []
    }
}

extension Instrumentation.Exporter: Decodable {
    private enum CodingKeys: CodingKey { case endpoint, tls }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        endpoint = try container.decodeIfPresent(String.self, forKey: .endpoint) ?? ""
        tls = try container.decodeIfPresent(Instrumentation.TLS.self, forKey: .tls)
    }
}

extension Instrumentation.TLS: Decodable {
    private enum CodingKeys: String, CodingKey {
        case secretName, configMapName
        case authority = "ca_file"
        case certificate = "cert_file"
        case key = "key_file"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String { try container.decodeIfPresent(String.self, forKey: key) ?? "" }
        secretName = try text(.secretName)
        configMapName = try text(.configMapName)
        authority = try text(.authority)
        certificate = try text(.certificate)
        key = try text(.key)
    }
}

extension Instrumentation.Resource: Decodable {
    private enum CodingKeys: String, CodingKey {
        case attributes = "resourceAttributes"
        case hasUIDs = "addK8sUIDAttributes"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        attributes = try container.decodeIfPresent([String: String].self, forKey: .attributes) ?? [:]
        hasUIDs = try container.decodeIfPresent(Bool.self, forKey: .hasUIDs) ?? false
    }
}

extension Instrumentation.Sampler: Decodable {
    private enum CodingKeys: CodingKey { case type, argument }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decodeIfPresent(String.self, forKey: .type) ?? ""
        argument = try container.decodeIfPresent(String.self, forKey: .argument) ?? ""
    }
}
