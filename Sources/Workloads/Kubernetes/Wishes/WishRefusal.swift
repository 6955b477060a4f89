/// Why something that a pod asks for isn't done. What it shows of annotations is whatever their writers put there, cut.
package struct WishRefusal: Error, Hashable, Sendable {
    /// The one in question, by its name, which may be wrong.
    package let container: String
    package let trigger: Trigger
    package let reason: Reason

    package enum Reason: Hashable, Sendable {
        /// "true", and there is none in the pod's namespace.
        case noInstrumentation(namespace: String)
        /// "true", and it could be any of these.
        case manyInstrumentations(namespace: String, names: [String])
        case unknownInstrumentation(namespace: String, name: String)
        /// Other characters than the Operator takes.
        case invalidContainerNames(annotation: String, value: String)
        case unknownContainer(known: [String])
        /// The Operator traces the pod by a container that it has put there.
        case sidecar(String)
        /// The program's SDK exports, as this variable says.
        case ownSDK(variable: String)
    }

    /// In one word, for machines: the reason of an event.
    package var reasonName: String {
        switch reason {
        case .noInstrumentation: "NoInstrumentation"
        case .manyInstrumentations: "ManyInstrumentations"
        case .unknownInstrumentation: "UnknownInstrumentation"
        case .invalidContainerNames: "InvalidContainerNames"
        case .unknownContainer: "UnknownContainer"
        case .sidecar: "TracedBySidecar"
        case .ownSDK: "TracedByOwnSDK"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch reason {
        case .noInstrumentation(let namespace):
            "create an Instrumentation in the namespace \(namespace), or name one: \(trigger.annotation.key): NAMESPACE/NAME"
        case .manyInstrumentations: "name one of them: \(trigger.annotation.key): NAME"
        case .unknownInstrumentation(let namespace, let name):
            "create it, or correct the annotation \(trigger.annotation.key), where a name without a namespace is one of the "
                + "pod's own namespace" + (name.contains(" ") || namespace.contains(" ") ? " and blanks count" : "")
        case .invalidContainerNames(let annotation, _):
            "write the names with commas between and nothing else in \(annotation)"
        case .unknownContainer(let known): "name one of the pod's containers: \(known.joined(separator: ", "))"
        case .sidecar(let name): "have the pod made anew without the container \(name), which isn't needed any more"
        case .ownSDK:
            "nothing, if the program's own spans are enough; else annotate the pod with \(Trigger.go.annotation.key), too, "
                + "and turn the SDK off"
        }
    }
}

extension WishRefusal: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .noInstrumentation(let namespace):
            "\(trigger.rawValue) is true, and there is no Instrumentation in the namespace \(namespace)"
        case .manyInstrumentations(let namespace, let names):
            "\(trigger.rawValue) is true, and the namespace \(namespace) has \(names.count) Instrumentations: "
                + Self.cut(names.joined(separator: ", "))
        case .unknownInstrumentation(let namespace, let name):
            "\(trigger.rawValue) names the Instrumentation '\(Self.cut("\(namespace)/\(name)"))', which doesn't exist"
        case .invalidContainerNames(let annotation, let value):
            "\(annotation) has characters that no name has: '\(Self.cut(value))'"
        case .unknownContainer: "the pod has no container '\(Self.cut(container))'"
        case .sidecar(let name): "the OpenTelemetry Operator's container \(name) traces it already"
        case .ownSDK(let variable): "the program has an OpenTelemetry SDK that exports by itself (\(variable) is set)"
        }
    }

    private static func cut(_ text: String) -> String {
        let limit = 120
        return text.utf8.count <= limit ? text : String(text.prefix(limit)) + "…"
    }
}
