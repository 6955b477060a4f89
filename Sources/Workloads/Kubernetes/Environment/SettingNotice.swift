/// What isn't as the Instrumentation or the program would have it. What it shows of them is whatever their writers put
/// there, cut.
package enum SettingNotice: Hashable, Sendable {
    case unread(variable: String, ObjectKey)
    case missing(variable: String, ObjectKey)
    case failed(variable: String, ObjectKey, reason: String)
    /// More is named in a namespace than nodespan keeps, or a value is longer than one of a program's environment may be.
    case noRoom(variable: String, ObjectKey)
    /// A field or a resource of the pod that has no value, or none yet.
    case noField(variable: String, path: String)
    case unsupported(variable: String, source: String)
    case tooLong(variable: String)
    /// A file of the connection isn't an absolute path, and no Secret or ConfigMap is named that it is in.
    case nowhere(variable: String, file: String)
    /// The Instrumentation's secrets don't go where the program itself has a say: by the variable `choosing`.
    case withheld(variable: String, choosing: String)
    case unknownSampler(String)
    case invalidSamplerArgument(sampler: String, argument: String)
    case malformedAttributes(member: String)
    /// Bytes.
    case tooManyAttributes(size: Int, limit: Int)
    /// By their keys.
    case omittedAttributes([String])
    /// Expected: what it is to be. Instead: what is done.
    case invalid(variable: String, value: String, expected: String, instead: String)
    /// Instead: what is done, whatever the variable says.
    case unobeyed(variable: String, value: String, instead: String)
}

extension SettingNotice {
    /// In one word, for machines: the reason of an event.
    package var reasonName: String {
        switch self {
        case .unread: "ValueNotReadable"
        case .missing: "ValueMissing"
        case .failed: "ValueNotGiven"
        case .noRoom: "ValueWithoutRoom"
        case .noField: "FieldWithoutValue"
        case .unsupported: "UnsupportedValueSource"
        case .tooLong: "VariableTooLong"
        case .nowhere: "FileNowhere"
        case .withheld: "CredentialsWithheld"
        case .unknownSampler: "UnknownSampler"
        case .invalidSamplerArgument: "InvalidSamplerArgument"
        case .malformedAttributes: "MalformedResourceAttributes"
        case .tooManyAttributes: "TooManyResourceAttributes"
        case .omittedAttributes: "ResourceAttributesOmitted"
        case .invalid: "InvalidVariable"
        case .unobeyed: "VariableNotObeyed"
        }
    }
}

extension SettingNotice: CustomStringConvertible {
    package var description: String { text(showingValues: true) }

    /// For those who may look at the pod, but not at what its variables are taken from: a Secret, or the process itself.
    package var withoutValues: String { text(showingValues: false) }

    private func text(showingValues: Bool) -> String {
        func shown(_ value: String, _ before: String = "", or other: String = "") -> String {
            showingValues ? "\(before)'\(Self.cut(value))'" : other
        }
        return switch self {
        case .unread(let variable, let key):
            "\(variable) is \(key), which nodespan may not read; write the value into the Instrumentation, or give nodespan's "
                + "service account a Role in the namespace \(key.namespace) with {apiGroups: [\"\"], resources: "
                + "[\(key.kind == .secret ? "secrets" : "configmaps")], resourceNames: [\(Self.cut(key.name))], verbs: [get]}"
        case .missing(let variable, let key):
            "\(variable) is \(key), which doesn't exist; create it, or "
                + "have the reference be optional"
        case .failed(let variable, let key, let reason):
            "\(variable) is \(key), which can't be had now: \(Self.cut(reason)); nodespan will try again"
        case .noRoom(let variable, let key):
            "\(variable) is \(key), for which there is no room: of a namespace, nodespan keeps values of \(ObjectLimits.objects) "
                + "ConfigMaps and Secrets, \(ObjectLimits.keys) of each, \(ObjectLimits.size >> 10) KiB together and "
                + "\(ObjectLimits.value >> 10) KiB each; name fewer of them in Instrumentations, or shorter ones"
        case .noField(let variable, let path): "\(variable) is the pod's \(Self.cut(path)), which has no value"
        case .unsupported(let variable, let source):
            "\(variable) comes from \(source); write the value into the Instrumentation"
        case .tooLong(let variable): "\(variable) is left out: it is longer than a program's environment may be"
        case .nowhere(let variable, let file):
            "\(variable) is the file '\(Self.cut(file))', which is neither an absolute path nor in a Secret or ConfigMap that "
                + "the Instrumentation names"
        case .withheld(let variable, let choosing):
            "\(variable) of the Instrumentation is left out, as \(choosing) is for the program to say here, and a receiver of its "
                + "choice isn't to have it; set both in the Instrumentation, or both in the program's environment"
        case .unknownSampler(let name) where name.lowercased().hasSuffix("xray"):
            "the sampler\(shown(name, " ")) asks AWS X-Ray for its rules, which nodespan doesn't; choose another, such as "
                + "parentbased_traceidratio; until then, nodespan's configuration says which is used"
        case .unknownSampler(let name):
            "the sampler\(shown(name, " ")) isn't known; nodespan's configuration says which is used"
        case .invalidSamplerArgument(let sampler, let argument):
            "the sampler \(sampler) takes a number from 0 to 1\(shown(argument, ", not ")); using 1"
        case .tooManyAttributes(let size, let limit):
            "OTEL_RESOURCE_ATTRIBUTES ignored: it has \(size) bytes, more than the \(limit) allowed"
        case .malformedAttributes(let member):
            "OTEL_RESOURCE_ATTRIBUTES ignored: \(shown(member, or: "a member")) is not of the form key=value, percent-encoded"
        case .omittedAttributes(let keys):
            "left out for want of room among the resource attributes: \(Self.cut(keys.joined(separator: ", ")))"
        case .invalid(let variable, let value, let expected, let instead):
            "\(variable) is \(shown(value, or: "something else")), where it is to be \(expected); \(instead)"
        case .unobeyed(let variable, let value, let instead):
            "\(variable) is \(shown(value, or: "a value")), which nodespan doesn't obey: \(instead)"
        }
    }

    private static func cut(_ text: String) -> String {
        let limit = 120
        return text.utf8.count <= limit ? text : String(text.prefix(limit)) + "…"
    }
}
