import OTLP
import SystemPackage
import Workloads
import Yams

/// A file with Instrumentation resources, as a cluster would have them, for processes of no pod.
struct InstrumentationFile {
    private static let version = "opentelemetry.io/v1alpha1"

    private let path: String
    private let problems: ConfigurationProblems

    /// Reads the one that a rule names.
    /// - Parameters:
    ///   - text: "FILE", or "FILE#NAME" where FILE has several; from the configuration's folder.
    ///   - complain: told what is wrong with that; `problems`, what is wrong in the file.
    static func read(
        _ text: String, _ problems: ConfigurationProblems, complain: (String) -> Void
    ) -> NamedInstrumentation? {
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let path = FilePath(problems.file).removingLastComponent().pushing(FilePath(parts[0])).string
        let file = InstrumentationFile(path: path, problems: problems)
        do throws(ConfigurationText.Unreadable) {
            let contents = try ConfigurationText.read(FilePath(path))
            guard let documents = file.documents(in: contents) else { return nil }
            let name = parts.dropFirst().first
            guard let chosen = file.choose(name, among: documents, complain: complain) else { return nil }
            return file.instrumentation(chosen)
        } catch {
            complain("\(path) \(error.message)")
            return nil
        }
    }

    /// Those of the kind; nil when the file is no YAML.
    private func documents(in text: String) -> [Node]? {
        do {
            var sequence = try Yams.compose_all(yaml: text)
            var nodes: [Node] = []
            while let node = sequence.next() { nodes.append(node) }
            if let error = sequence.error { throw error }
            return nodes.filter { $0.mapping?["kind"]?.string == "Instrumentation" }
        } catch let error as YamlError {
            problems.add(place: path, line: error.line, key: "", error.message)
        } catch {
            problems.add(place: path, line: nil, key: "", "\(error)")
        }
        return nil
    }

    private func choose(_ name: String?, among documents: [Node], complain: (String) -> Void) -> Node? {
        let names = documents.map { Self.name(of: $0) }
        let known = names.joined(separator: ", ")
        if documents.isEmpty {
            complain("\(path) holds no Instrumentation (kind: Instrumentation)")
            return nil
        }
        guard let name else {
            if documents.count == 1 { return documents[0] }
            complain("\(path) holds several: \(known); name one behind the file, as \(path)#\(names[0])")
            return nil
        }
        let chosen = documents.filter { Self.name(of: $0) == name }
        if chosen.count == 1 { return chosen[0] }
        let hint = NearestName.find(name, among: names).map { "did you mean \($0)?" } ?? "it holds \(known)"
        complain(chosen.isEmpty ? "\(path) has no Instrumentation \(name); \(hint)" : "\(path) has \(name) twice")
        return nil
    }

    private static func name(of document: Node) -> String { document["metadata"]?["name"]?.string ?? "" }

    private func instrumentation(_ document: Node) -> NamedInstrumentation? {
        var isRight = true
        func complain(_ node: Node?, _ key: String, _ message: String) {
            isRight = false
            problems.add(place: path, line: (node ?? document).mark?.line, key: key, message)
        }
        if document["apiVersion"]?.string != Self.version {
            complain(document["apiVersion"], "apiVersion", "is to be \(Self.version)")
        }
        let specification = document["spec"]
        for (variables, key) in [
            (specification?["env"], "spec.env"), (specification?["go"]?["env"], "spec.go.env"),
        ] {
            for (index, variable) in (variables?.sequence.map(Array.init) ?? []).enumerated() {
                guard let source = variable["valueFrom"] else { continue }
                complain(source, "\(key)[\(index)].valueFrom", "there is no pod here to take it from: write a value")
            }
        }
        for name in ["secretName", "configMapName"] {
            guard let node = specification?["exporter"]?["tls"]?[name], node.string?.isEmpty != true else { continue }
            complain(
                node, "spec.exporter.tls.\(name)",
                "there is no cluster here to take it from: leave it out, and name the files by absolute paths"
            )
        }
        if let error = Self.endpointProblem(specification) {
            complain(specification?["exporter"]?["endpoint"], "spec.exporter.endpoint", "\(error)")
        }
        do {
            switch try YAMLDecoder().decode(ListedObject<Instrumentation>.self, from: document).result {
            case .success(let instrumentation):
                let place = "\(path)#\(instrumentation.metadata.name)"
                return isRight ? NamedInstrumentation(place: place, resource: instrumentation) : nil
            case .failure(let error): complain(Self.node(document, at: error.field), error.field, error.problem)
            }
        } catch {
            complain(nil, "", "can't be read: \(error)")
        }
        return nil
    }

    /// What is wrong with the endpoint, read as that of a process that says nothing itself.
    private static func endpointProblem(_ specification: Node?) -> OTLPEndpointError? {
        let variable = "OTEL_EXPORTER_OTLP_ENDPOINT"
        var environment: [String: String] = [:]
        var defined: Set<String> = []
        for variables in [specification?["go"]?["env"], specification?["env"]] {
            for entry in variables?.sequence.map(Array.init) ?? [] {
                guard let name = entry["name"]?.string, defined.insert(name).inserted else { continue }
                environment[name] = entry["value"]?.string
            }
        }
        // A variable that is defined goes before it.
        guard defined.insert(variable).inserted else { return nil }
        environment[variable] = specification?["exporter"]?["endpoint"]?.string
        let exporter = ExporterVariables(environment)
        // What a variable in it stands for is known for each process only.
        guard let named = exporter.named, named.text == environment[variable], !named.text.contains("$(") else {
            return nil
        }
        do throws(OTLPEndpointError) {
            _ = try OTLPEndpoint(named.url, protocol: exporter.protocol, isForTraces: named.isForTraces)
            return nil
        } catch {
            return error
        }
    }

    /// What is at a field such as "spec.env[1].name", or what would have it.
    private static func node(_ document: Node, at field: String) -> Node {
        var node = document
        for part in field.split(whereSeparator: { ".[]".contains($0) }) {
            let elements = node.sequence.map(Array.init)
            let element = elements.flatMap { elements in
                Int(part).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            }
            guard let next = elements == nil ? node[String(part)] : element else { break }
            node = next
        }
        return node
    }
}
