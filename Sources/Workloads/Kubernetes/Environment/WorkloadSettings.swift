/// What a process is traced with: the environment that the OpenTelemetry Operator would give it, to be read as a
/// process's own.
package struct WorkloadSettings: Hashable, Sendable {
    /// Variables whose names begin with "OTEL_". The sampler is one that nodespan has.
    package let environment: [String: String]
    /// Of the variables that name a file, those whose file is a key of a Secret or a ConfigMap of the pod's namespace.
    /// It is at that path in the container only where the Operator has mounted it.
    package let files: [String: ObjectKey]
    package let notices: [SettingNotice]

    /// A definition counts if nothing before it defines the same: the process's own environment, the Instrumentation's
    /// for Go if `inject-go` asks, its general one, then its fields.
    ///
    /// - Parameters:
    ///   - own: the process's own environment, whole.
    ///   - objects: what is known of ConfigMaps and Secrets.
    package init(
        _ wish: InstrumentationWish, pod: Pod, owners: WorkloadOwners, own: [String: String],
        objects: @escaping (ObjectKey) -> ObjectValue = { _ in .unread }
    ) {
        // The Operator was there: everything is in the environment already, as it was when the pod was made.
        guard own[Self.podName] == nil else {
            let builder = EnvironmentBuilder(own: own)
            (environment, notices) = Self.settled(Self.openTelemetry(own), builder)
            let entries = wish.instrumentation.exporter.tls?.files(namespace: pod.metadata.namespace) ?? []
            files = entries.reduce(into: [:]) { files, named in
                if let entry = named.entry, own[named.variable] == entry.mountPath { files[named.variable] = entry }
            }
            return
        }
        let instrumentation = wish.instrumentation
        var builder = EnvironmentBuilder(own: own, pod: pod, container: wish.container, objects: objects)
        builder.offer("OTEL_NODE_IP", field: "status.hostIP")
        builder.offer("OTEL_POD_IP", field: "status.podIP")
        files = builder.define(
            instrumentation, forGo: wish.triggers.contains(.go), namespace: pod.metadata.namespace)
        builder.withholdCredentials(from: own)
        builder.define(Self.podName, .text(pod.metadata.name))
        builder.define(Self.nodeName, .text(pod.nodeName))
        let resource = builder.resource(wish, pod: pod, owners: owners)
        var environment = Self.openTelemetry(builder.values)
        // There for others to refer to; by these one knows the Operator's hand.
        for name in [Self.podName, Self.nodeName] { environment[name] = nil }
        environment.merge(resource) { $1 }
        (self.environment, notices) = Self.settled(environment, builder)
    }

    /// For a process of no pod: a definition counts as it does for `inject-go`, and nothing is known of a cluster.
    package init(_ instrumentation: Instrumentation, own: [String: String]) {
        var builder = EnvironmentBuilder(own: own)
        files = builder.define(instrumentation, forGo: true, namespace: "")
        builder.withholdCredentials(from: own)
        let resource = builder.resource(instrumentation.resource)
        (environment, notices) = Self.settled(Self.openTelemetry(builder.values).merging(resource) { $1 }, builder)
    }

    /// With a sampler that nodespan has, and with what there is to say.
    private static func settled(
        _ environment: [String: String], _ builder: EnvironmentBuilder
    ) -> ([String: String], [SettingNotice]) {
        var environment = environment
        let sampler = SamplerVariables.settle(&environment)
        return (environment, builder.notices + [sampler].compactMap { $0 } + UnobeyedVariables.notices(environment))
    }

    private static let podName = "OTEL_RESOURCE_ATTRIBUTES_POD_NAME"
    private static let nodeName = "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME"

    private static func openTelemetry(_ environment: [String: String]) -> [String: String] {
        environment.filter { $0.key.hasPrefix("OTEL_") }
    }
}

extension EnvironmentBuilder {
    /// Returns where the files are that aren't in the container's own file system.
    fileprivate mutating func define(
        _ instrumentation: Instrumentation, forGo: Bool, namespace: String
    ) -> [String: ObjectKey] {
        if forGo { define(instrumentation.goEnvironment) }
        define(instrumentation.environment)
        let files = define(instrumentation.exporter, namespace: namespace)
        if !instrumentation.propagators.isEmpty {
            define(UnobeyedVariables.propagators, .text(instrumentation.propagators.joined(separator: ",")))
        }
        let sampler = instrumentation.sampler
        if !sampler.type.isEmpty, !isDefined(SamplerVariables.name), !isDefined(SamplerVariables.argument) {
            define(SamplerVariables.name, .text(sampler.type))
            if !sampler.argument.isEmpty { define(SamplerVariables.argument, .text(sampler.argument)) }
        }
        return files
    }

    /// Leaves out what the Instrumentation shows a receiver of itself, where the process has a say in which receiver that
    /// is and how it is known: it might be one that hands over to the process what it may not read.
    fileprivate mutating func withholdCredentials(from process: [String: String]) {
        func names(_ settings: [String]) -> [String] {
            settings.flatMap { ["OTEL_EXPORTER_OTLP_TRACES_\($0)", "OTEL_EXPORTER_OTLP_\($0)"] }
        }
        let choosing = names(["ENDPOINT", "INSECURE", "CERTIFICATE"]).first(where: own.contains)
        guard let choosing else { return }
        for name in names(["HEADERS", "CLIENT_KEY", "CLIENT_CERTIFICATE"])
        where process[name] == nil && values[name] != nil {
            remove(name)
            say(.withheld(variable: name, choosing: choosing))
        }
    }

    /// Returns where the files are that aren't in the container's own file system.
    private mutating func define(_ exporter: Instrumentation.Exporter, namespace: String) -> [String: ObjectKey] {
        if !exporter.endpoint.isEmpty { define("OTEL_EXPORTER_OTLP_ENDPOINT", .text(exporter.endpoint)) }
        guard let tls = exporter.tls else { return [:] }
        var files: [String: ObjectKey] = [:]
        for (name, file, entry) in tls.files(namespace: namespace) where !isDefined(name) {
            if file.hasPrefix("/") {
                define(name, .text(file))
            } else if let entry {
                files[name] = entry
                define(name, .text(entry.mountPath))
            } else {
                say(.nowhere(variable: name, file: file))
            }
        }
        return files
    }

    /// OTEL_RESOURCE_ATTRIBUTES with what the pod and the cluster add, and OTEL_SERVICE_NAME, unless the program says
    /// its name.
    fileprivate mutating func resource(
        _ wish: InstrumentationWish, pod: Pod, owners: WorkloadOwners
    ) -> [String: String] {
        let (nameVariable, textVariable) = ("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES")
        let given = AttributeText(values[textVariable] ?? "")
        if let problem = given.problem { say(problem) }
        let container =
            pod.allContainers.first { $0.name == wish.container }
            ?? PodContainer(name: wish.container, image: "", limits: [:], requests: [:])
        var isTooLong = false
        let attributes = PodAttributes(
            pod: pod, container: container, instrumentation: wish.instrumentation, owners: owners, given: given
        ) { text in
            let expanded = expanded(text)
            isTooLong = isTooLong || expanded == nil
            return expanded ?? ""
        }
        if isTooLong { say(.tooLong(variable: textVariable)) }
        let (text, omitted) = given.appending(attributes.ordered)
        if !omitted.isEmpty { say(.omittedAttributes(omitted)) }
        let name = values[nameVariable] ?? ""
        return [
            textVariable: text,
            nameVariable: name.isEmpty && !given.hasServiceName ? attributes.serviceName : name,
        ].filter { !$0.value.isEmpty }
    }

    /// OTEL_RESOURCE_ATTRIBUTES with what an Instrumentation adds, and nothing else.
    fileprivate mutating func resource(_ resource: Instrumentation.Resource) -> [String: String] {
        let variable = "OTEL_RESOURCE_ATTRIBUTES"
        let given = AttributeText(values[variable] ?? "")
        if let problem = given.problem { say(problem) }
        var added: [(key: String, value: String)] = []
        for (key, value) in resource.attributes.sorted(by: { $0.key < $1.key }) where !given.keys.contains(key) {
            guard let value = expanded(value) else {
                say(.tooLong(variable: variable))
                continue
            }
            if !key.isEmpty, !value.isEmpty { added.append((key, value)) }
        }
        let (text, omitted) = given.appending(added)
        if !omitted.isEmpty { say(.omittedAttributes(omitted)) }
        return [variable: text].filter { !$0.value.isEmpty }
    }
}

extension Instrumentation.TLS {
    /// The variables of the connection's files, what is named for each, and the entry that it is of a Secret or ConfigMap of
    /// the pod's namespace; nil for an absolute path, and where none is named.
    func files(namespace: String) -> [(variable: String, file: String, entry: ObjectKey?)] {
        let prefix = "OTEL_EXPORTER_OTLP"
        let all = [
            ("\(prefix)_CERTIFICATE", authority, true), ("\(prefix)_CLIENT_CERTIFICATE", certificate, false),
            ("\(prefix)_CLIENT_KEY", key, false),
        ]
        return all.filter { !$0.1.isEmpty }.map { variable, file, mayBeConfigMap in
            let isConfigMap = mayBeConfigMap && !configMapName.isEmpty
            let object = isConfigMap ? configMapName : secretName
            let isEntry = !file.hasPrefix("/") && !object.isEmpty
            let kind = isConfigMap ? ObjectKey.Kind.configMap : .secret
            return (variable, file, isEntry ? ObjectKey(kind, namespace: namespace, name: object, key: file) : nil)
        }
    }
}

extension ObjectKey {
    /// Where the OpenTelemetry Operator mounts it (internal/instrumentation/exporter.go).
    fileprivate var mountPath: String {
        "/otel-auto-instrumentation-\(kind == .configMap ? "configmap" : "secret")-\(name)/\(key)"
    }
}
