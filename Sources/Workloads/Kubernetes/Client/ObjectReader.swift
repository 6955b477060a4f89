internal import FoundationEssentials
internal import Synchronization

/// Reads the entries of ConfigMaps and Secrets that Instrumentations name, and reads them again while they are asked for. That
/// takes rights that nodespan isn't given by default.
final class ObjectReader: Sendable {
    private struct Name: Hashable {
        let kind: ObjectKey.Kind
        let namespace: String
        let name: String

        init(_ key: ObjectKey) { (kind, namespace, name) = (key.kind, key.namespace, key.name) }

        var path: String { "/api/v1/namespaces/\(namespace)/\(kind == .secret ? "secrets" : "configmaps")/\(name)" }

        /// Whoever writes an Instrumentation may write anything there, and what leads elsewhere would get the token.
        var isSound: Bool {
            [namespace, name].allSatisfy { part in
                part.utf8.first.map(ASCII.isAlphanumeric) == true
                    && part.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "-.".utf8.contains($0) }
            }
        }
    }

    private enum Content: Equatable {
        /// By key, as far as they are wanted; nil for one that there is no room for.
        case values([String: String?])
        case missing
        case forbidden
        case failed(String)

        /// Bytes.
        var size: Int {
            guard case .values(let values) = self else { return 0 }
            return values.values.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
        }

        /// Without keys that nobody wants, and without values that there is no room for.
        func cut(to wanted: Set<String>, size: Int) -> Content {
            guard case .values(let values) = self else { return self }
            var room = size
            var kept: [String: String?] = [:]
            for (key, value) in values.sorted(by: { $0.key < $1.key }) where wanted.contains(key) {
                let length = value?.utf8.count ?? 0
                let fits = length <= min(room, ObjectLimits.value)
                if fits { room -= length }
                kept.updateValue(fits ? value : nil, forKey: key)
            }
            return .values(kept)
        }
    }

    private struct Entry {
        /// Nil before the first answer.
        var content: Content?
        /// Keys, and when they were asked for last.
        var wanted: [String: ContinuousClock.Instant] = [:]
        /// Those of them that `content` has, where they exist.
        var read: Set<String> = []
        var isBeingRead = false
        /// When it is to be read again.
        var due: ContinuousClock.Instant
    }

    private struct State {
        var entries: [Name: Entry] = [:]
        /// How many of them are of each namespace.
        var counts: [String: Int] = [:]
        /// When those were looked for last that nobody asks for.
        var swept: ContinuousClock.Instant
    }

    /// Bytes of an object: etcd takes 1.5 MiB.
    private static let answerLimit = 4 << 20
    private static let life = Duration.seconds(60)
    /// As `life`, after a change of what pods ask for.
    private static let shortLife = Duration.seconds(5)
    /// After which a key is forgotten that nobody asks for, and an object without any.
    private static let oblivion = Duration.seconds(300)

    private let server: APIServer
    private let now: @Sendable () -> ContinuousClock.Instant
    private let onChange: @Sendable () -> Void
    private let state: Mutex<State>

    /// - Parameter onChange: called when a value is another than before.
    init(
        _ server: APIServer, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        onChange: @escaping @Sendable () -> Void
    ) {
        self.server = server
        self.now = now
        self.onChange = onChange
        state = Mutex(State(swept: now()))
    }

    /// Nil while it is being asked for.
    func value(of key: ObjectKey) -> ObjectValue? {
        let name = Name(key)
        guard name.isSound else { return .missing }
        let now = now()
        let (value, isDue) = state.withLock { state -> (ObjectValue?, Bool) in
            if state.entries[name]?.wanted[key.key] == nil, !Self.hasRoom(for: name, in: state) {
                // Many may ask in vain.
                if now - state.swept >= Self.shortLife { Self.sweep(&state, now) }
                guard Self.hasRoom(for: name, in: state) else { return (.noRoom, false) }
            }
            if state.entries[name] == nil { state.counts[name.namespace, default: 0] += 1 }
            var entry = state.entries[name] ?? Entry(due: now)
            if entry.wanted.updateValue(now, forKey: key.key) == nil { entry.due = now }
            let isDue = !entry.isBeingRead && now >= entry.due
            if isDue { entry.isBeingRead = true }
            state.entries[name] = entry
            let value: ObjectValue? =
                switch entry.content {
                case nil: nil
                case .forbidden: .unread
                case .failed(let reason): .failed(reason)
                case .missing: .missing
                case .values(let values):
                    entry.read.contains(key.key) ? Self.value(values[key.key]) : nil
                }
            return (value, isDue)
        }
        if isDue { Task { await self.read(name) } }
        return value
    }

    private static func value(_ kept: String??) -> ObjectValue {
        switch kept {
        case .some(.some(let text)): .text(text)
        case .some(.none): .noRoom
        case .none: .missing
        }
    }

    /// What pods ask for has changed, with it maybe what it refers to.
    func expire() {
        let now = now()
        state.withLock { state in
            Self.sweep(&state, now)
            for (name, entry) in state.entries { state.entries[name]?.due = min(entry.due, now + Self.shortLife) }
        }
    }

    /// Forgets what nobody asks for.
    private static func sweep(_ state: inout State, _ now: ContinuousClock.Instant) {
        state.swept = now
        for (name, entry) in state.entries {
            let wanted = entry.wanted.filter { now - $0.value < oblivion }
            if wanted.count == entry.wanted.count { continue }
            if wanted.isEmpty {
                state.entries[name] = nil
                let left = (state.counts[name.namespace] ?? 0) - 1
                state.counts[name.namespace] = left > 0 ? left : nil
                continue
            }
            state.entries[name]?.wanted = wanted
            state.entries[name]?.read.formIntersection(wanted.keys)
            state.entries[name]?.content = entry.content?.cut(to: Set(wanted.keys), size: .max)
        }
    }

    /// For another key.
    private static func hasRoom(for name: Name, in state: State) -> Bool {
        if let entry = state.entries[name] { return entry.wanted.count < ObjectLimits.keys }
        return state.entries.count < ObjectLimits.allObjects
            && state.counts[name.namespace, default: 0] < ObjectLimits.objects
    }

    /// Bytes that an object's values may take.
    private static func room(for name: Name, in entries: [Name: Entry]) -> Int {
        var (own, all) = (0, 0)
        for (other, entry) in entries where other != name {
            let size = entry.content?.size ?? 0
            all += size
            if other.namespace == name.namespace { own += size }
        }
        return min(ObjectLimits.size - own, ObjectLimits.allSize - all)
    }

    private func read(_ name: Name) async {
        let content = await content(of: name)
        let isAnswered = if case .values = content { true } else { content == .missing || content == .forbidden }
        let now = now()
        let due = now + (isAnswered ? Self.life : Self.shortLife)
        let hasChanged = state.withLock { state in
            Self.sweep(&state, now)
            guard var entry = state.entries[name] else { return false }
            let before = entry
            var content = content
            let wanted = Set(entry.wanted.keys)
            // What is known counts on while it can't be had.
            if case .failed = content, entry.read == wanted, case .values = entry.content { content = nil }
            entry.isBeingRead = false
            if let content {
                entry.read = wanted
                entry.content = content.cut(to: wanted, size: Self.room(for: name, in: state.entries))
            }
            entry.due = due
            state.entries[name] = entry
            return entry.content != before.content || entry.read != before.read
        }
        if hasChanged { onChange() }
    }

    /// Nil where nobody can be asked now.
    private func content(of name: Name) async -> Content? {
        struct Document: Decodable {
            let data: [String: String]?
        }
        do throws(APIFailure) {
            let json = try await server.get(name.path, limit: Self.answerLimit)
            guard let document: Document = try? KubernetesJSON.decode(from: json) else { return .missing }
            let data = document.data ?? [:]
            if name.kind == .configMap { return .values(data) }
            let texts: [String: String] = data.compactMapValues { text in
                Data(base64Encoded: text).flatMap { String(validating: $0, as: UTF8.self) }
            }
            return .values(texts)
        } catch {
            switch error {
            case .status(403, _, _): return .forbidden
            case .status(404, _, _), .garbage: return .missing
            // These pass, or are told of by those who follow pods.
            case .status(401, _, _), .status(429, _, _), .unreachable, .credentials, .cancelled: return nil
            case .status: return .failed("\(error)")
            }
        }
    }
}
