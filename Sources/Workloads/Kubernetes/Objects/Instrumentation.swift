/// How the programs of pods are to be traced that name it: `opentelemetry.io/v1alpha1`, as far as it concerns Go programs.
package struct Instrumentation: Hashable, Sendable {
    /// Its name and its namespace.
    package let metadata: ObjectMetadata
    package let exporter: Exporter
    package let resource: Resource
    /// By the names that OTEL_PROPAGATORS has.
    package let propagators: [String]
    package let sampler: Sampler
    /// Whether labels of pods become attributes of resources.
    package let usesLabels: Bool
    package let environment: [EnvironmentVariable]
    /// Before `environment`, for `inject-go`.
    package let goEnvironment: [EnvironmentVariable]

    package struct Exporter: Hashable, Sendable {
        package var endpoint = ""
        package var tls: TLS?
    }

    /// Where the files of the connection are: absolute paths in the pod's containers, or keys of a Secret or ConfigMap.
    package struct TLS: Hashable, Sendable {
        package var secretName = ""
        package var configMapName = ""
        package var authority = ""
        package var certificate = ""
        package var key = ""
    }

    package struct Resource: Hashable, Sendable {
        package var attributes: [String: String] = [:]
        package var hasUIDs = false
    }

    /// By the names of OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG; empty where nothing is said.
    package struct Sampler: Hashable, Sendable {
        package var type = ""
        package var argument = ""
    }

    /// Whether a value stands in it as it is: as the endpoint, or as that of a variable.
    package func states(_ value: String) -> Bool {
        exporter.endpoint == value || (goEnvironment + environment).contains { $0.value == .text(value) }
    }

    /// For messages.
    package var path: String { "\(metadata.namespace)/\(metadata.name)" }
}
