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
        /// By key, as far as they are wanted.
        case values([String: String])
        case missing
        case forbidden
        case failed(String)

        /// Bytes.
        var size: Int {
            guard case .values(let values) = self else { return 0 }
            return values.values.reduce(0) { $0 + $1.utf8.count }
        }

        /// Without keys that nobody wants, and without values that there is no room for.
        func cut(to wanted: Set<String>, size: Int) -> Content {
            guard case .values(let values) = self else { return self }
            var room = size
            return .values(
                values.filter { key, value in
                    guard wanted.contains(key), value.utf8.count <= room else { return false }
                    room -= value.utf8.count
                    return true
                })
        }
    }

    private struct Entry {
        /// Nil before the first answer.
        var content: Content?
        var wanted: Set<String> = []
        /// Those of them that `content` has, where they exist.
        var read: Set<String> = []
        var isBeingRead = false
        /// When it is to be read again.
        var due: ContinuousClock.Instant
        var asked: ContinuousClock.Instant
    }

    /// Objects.
    private static let countLimit = 256
    /// Of one object.
    private static let keyLimit = 64
    /// Bytes of all values.
    private static let sizeLimit = 4 << 20
    /// Bytes of an object: etcd takes 1.5 MiB.
    private static let answerLimit = 4 << 20
    private static let life = Duration.seconds(60)
    /// As `life`, after a change of what pods ask for.
    private static let shortLife = Duration.seconds(5)
    /// After which an object is forgotten that nobody asks for.
    private static let oblivion = Duration.seconds(300)

    private let server: APIServer
    private let now: @Sendable () -> ContinuousClock.Instant
    private let onChange: @Sendable () -> Void
    private let entries = Mutex<[Name: Entry]>([:])

    /// - Parameter onChange: called when a value is another than before.
    init(
        _ server: APIServer, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        onChange: @escaping @Sendable () -> Void
    ) {
        self.server = server
        self.now = now
        self.onChange = onChange
    }

    /// Nil while it is being asked for.
    func value(of key: ObjectKey) -> ObjectValue? {
        let name = Name(key)
        guard name.isSound else { return .missing }
        let now = now()
        let (value, isDue) = entries.withLock { entries -> (ObjectValue?, Bool) in
            if entries[name] == nil {
                if entries.count >= Self.countLimit {
                    entries = entries.filter { now - $0.value.asked < Self.oblivion }
                }
                if entries.count >= Self.countLimit { return (.unread, false) }
            }
            var entry = entries[name] ?? Entry(due: now, asked: now)
            entry.asked = now
            if !entry.wanted.contains(key.key) {
                if entry.wanted.count >= Self.keyLimit { return (.unread, false) }
                entry.wanted.insert(key.key)
                entry.due = now
            }
            let isDue = !entry.isBeingRead && now >= entry.due
            if isDue { entry.isBeingRead = true }
            entries[name] = entry
            let value: ObjectValue? =
                switch entry.content {
                case nil: nil
                case .forbidden: .unread
                case .failed(let reason): .failed(reason)
                case .missing: .missing
                case .values(let values):
                    entry.read.contains(key.key) ? values[key.key].map { .text($0) } ?? .missing : nil
                }
            return (value, isDue)
        }
        if isDue { Task { await self.read(name) } }
        return value
    }

    /// What pods ask for has changed, with it maybe what it refers to.
    func expire() {
        let soon = now() + Self.shortLife
        entries.withLock { entries in
            for (name, entry) in entries { entries[name]?.due = min(entry.due, soon) }
        }
    }

    private func read(_ name: Name) async {
        let content = await content(of: name)
        let isAnswered = if case .values = content { true } else { content == .missing || content == .forbidden }
        let due = now() + (isAnswered ? Self.life : Self.shortLife)
        let hasChanged = entries.withLock { entries in
            guard var entry = entries[name] else { return false }
            let before = entry
            var content = content
            // What is known counts on while it can't be had.
            if case .failed = content, entry.read == entry.wanted, case .values = entry.content { content = nil }
            entry.isBeingRead = false
            if let content {
                entry.read = entry.wanted
                let others = entries.reduce(0) { $0 + ($1.key == name ? 0 : ($1.value.content?.size ?? 0)) }
                entry.content = content.cut(to: entry.wanted, size: Self.sizeLimit - others)
            }
            entry.due = due
            entries[name] = entry
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
            return .values(
                data.compactMapValues { text in
                    Data(base64Encoded: text).flatMap { String(validating: $0, as: UTF8.self) }
                })
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
