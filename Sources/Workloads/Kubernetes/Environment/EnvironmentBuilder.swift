/// Puts an environment together from definitions of which the first counts.
struct EnvironmentBuilder {
    private(set) var values: [String: String]
    private(set) var notices: [SettingNotice] = []
    /// Those without a value, too.
    private var defined: Set<String>
    /// What there is to say of those without a value that matter only to those who refer to them.
    private var kept: [String: SettingNotice] = [:]
    private var room = Self.sizeLimit
    /// Those that the process says itself, whole or in part.
    private(set) var own: Set<String>
    private let pod: Pod?
    private let container: String
    private let objects: (ObjectKey) -> ObjectValue

    /// Bytes of a variable: the kernel's MAX_ARG_STRLEN.
    private static let valueLimit = 131_072
    /// Bytes of all variables together: as much as is read of a process's environment.
    private static let sizeLimit = 1 << 20

    /// - Parameters:
    ///   - own: the process's own environment, which goes before everything else.
    ///   - pod: nil for a process of none, for which nothing comes from a pod or its namespace.
    ///   - container: the name of the one that the process is in.
    init(
        own: [String: String], pod: Pod? = nil, container: String = "",
        objects: @escaping (ObjectKey) -> ObjectValue = { _ in .unread }
    ) {
        values = own
        defined = Set(own.keys)
        self.own = defined
        self.pod = pod
        self.container = container
        self.objects = objects
    }

    func isDefined(_ name: String) -> Bool { defined.contains(name) }

    mutating func define(_ variables: [EnvironmentVariable]) {
        for variable in variables { define(variable.name, variable.value) }
    }

    /// A field of the pod that is there for others to refer to: it isn't missed before somebody does.
    mutating func offer(_ name: String, field path: String) {
        guard let pod, defined.insert(name).inserted else { return }
        take(pod.value(ofField: path), for: name)
        if values[name] == nil { kept[name] = .noField(variable: name, path: path) }
    }

    mutating func define(_ name: String, _ value: EnvironmentVariable.Value) {
        guard defined.insert(name).inserted else { return }
        switch (value, pod) {
        case (.text(let text), _): take(expanded(text, of: name), for: name, orSay: .tooLong(variable: name))
        case (.unsupported(let source), _): notices.append(.unsupported(variable: name, source: source))
        case (_, nil): notices.append(.unsupported(variable: name, source: "a pod, and there is none"))
        case (.field(let path), let pod?):
            take(pod.value(ofField: path), for: name, orSay: .noField(variable: name, path: path))
        case (.resource(let resource, let named, let divisor), let pod?):
            take(
                pod.value(ofResource: resource, container: named ?? container, divisor: divisor), for: name,
                orSay: .noField(variable: name, path: resource))
        case (.key(let kind, let object, let key, let isOptional), let pod?):
            let key = ObjectKey(kind, namespace: pod.metadata.namespace, name: object, key: key)
            switch objects(key) {
            case .text(let text): take(text, for: name)
            case .missing: if !isOptional { notices.append(.missing(variable: name, key)) }
            case .unread: notices.append(.unread(variable: name, key))
            case .noRoom: notices.append(.noRoom(variable: name, key))
            case .failed(let reason): notices.append(.failed(variable: name, key, reason: reason))
            }
        }
    }

    /// With the variables in it replaced; nil when that makes it too long.
    /// - Parameter variable: the one whose value that is to be.
    mutating func expanded(_ text: String, of variable: String? = nil) -> String? {
        VariableExpansion.expand(text, limit: Self.valueLimit) { name in
            if let variable, own.contains(name) { own.insert(variable) }
            if let notice = kept.removeValue(forKey: name) { notices.append(notice) }
            return values[name]
        }
    }

    /// Takes a variable away again.
    mutating func remove(_ name: String) { values[name] = nil }

    mutating func say(_ notice: SettingNotice) { notices.append(notice) }

    private mutating func take(_ value: String?, for name: String, orSay notice: SettingNotice? = nil) {
        guard let value else {
            if let notice { notices.append(notice) }
            return
        }
        let size = name.utf8.count + value.utf8.count
        guard size <= min(room, Self.valueLimit) else {
            notices.append(.tooLong(variable: name))
            return
        }
        room -= size
        values[name] = value
    }
}
