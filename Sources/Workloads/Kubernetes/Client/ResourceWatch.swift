/// Follows all objects of a kind: a list, then what changes, for as long as it runs (client-go, tools/cache, Reflector).
package struct ResourceWatch<Object: ClusterObject>: Sendable {
    package enum Event: Sendable {
        /// All there are now. Those of before that aren't among them are gone.
        case replaced([Object])
        /// A new one, or one as it is now.
        case changed(Object)
        case removed(Object)
        /// It stays as it was known.
        case unreadable(UnreadableObject)
        /// There is no such kind in this cluster, by now.
        case absent
        /// What is known may be out of date from now on.
        case failed(APIFailure)
        /// It is up to date again.
        case recovered
    }

    /// Bytes of a list's page.
    private static var listLimit: Int { 256 << 20 }
    /// Bytes of what a list has beside its objects.
    private static var frameLimit: Int { 1 << 20 }
    /// Bytes of one object: etcd takes 1.5 MiB.
    private static var objectLimit: Int { 8 << 20 }
    /// Objects of one answer, where the server obeys.
    private static var page: Int { 500 }

    private let kind: ResourceKind
    private let server: APIServer
    private let pause: @Sendable (Duration) async throws -> Void

    /// - Parameter pause: how to wait before the next attempt.
    package init(
        _ kind: ResourceKind, of server: APIServer,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.kind = kind
        self.server = server
        self.pause = pause
    }

    /// Until cancelled. Events come one after the other.
    package func run(_ onEvent: @Sendable (Event) async -> Void) async {
        var backoff = WatchBackoff()
        // What the server has at hand, however old, at first; of what was known later, nothing older.
        var version = "0"
        var isListed = false
        var listed = ContinuousClock.now
        var isKnown = false
        var absences = 0
        var hasFailed = false
        var failure = ""
        // A list alone doesn't show that watches are all right again.
        var isWatchInDoubt = false
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do throws(APIFailure) {
                if !isListed {
                    version = try await list(from: version, onEvent)
                    (isListed, isKnown, absences) = (true, true, 0)
                    listed = .now
                    if hasFailed, !isWatchInDoubt {
                        (hasFailed, failure) = (false, "")
                        await onEvent(.recovered)
                    }
                }
                let lasted = try await watch(from: &version) { event in
                    if hasFailed {
                        (hasFailed, failure) = (false, "")
                        await onEvent(.recovered)
                    }
                    if let event { await onEvent(event) }
                }
                if lasted {
                    backoff = WatchBackoff()
                    continue
                }
            } catch {
                if case .cancelled = error { return }
                if error.isExpired, isListed || !version.isEmpty {
                    // A list that is refused, too, is asked for whatever its version.
                    if !isListed { version = "" }
                    let isLate = isListed && .now - listed > Self.calm
                    (isListed, isWatchInDoubt) = (false, false)
                    if isLate { continue }
                } else if error.isAbsent, !isKnown || absences >= Self.absences {
                    await onEvent(.absent)
                    (isListed, isKnown, version) = (false, false, "")
                } else {
                    absences = error.isAbsent ? absences + 1 : 0
                    isWatchInDoubt = isListed
                    // What made no sense would be told again.
                    if case .garbage = error { isListed = false }
                    hasFailed = true
                    // Once, until it is another failure.
                    if failure != "\(error)" { await onEvent(.failed(error)) }
                    failure = "\(error)"
                }
            }
            // It wasn't the server's first answer that failed.
            if .now - start > Self.calm { backoff = WatchBackoff() }
            try? await pause(backoff.next())
        }
    }

    /// - Returns: the version of the list.
    private func list(from version: String, _ onEvent: @Sendable (Event) async -> Void) async throws(APIFailure)
        -> String
    {
        var objects: [Object] = []
        // With a limit and no resourceVersionMatch, the list would be that of this very version, however old.
        let isAny = version.isEmpty || version == "0"
        var query = "resourceVersion=\(version)" + (isAny ? "&limit=\(Self.page)" : "")
        for _ in 0..<Self.pages {
            let path = "\(kind.path)?\(query)\(kind.selector)"
            var splitter = ListSplitter()
            var unreadable: [UnreadableObject] = []
            try await server.list(path, limit: Self.listLimit) { bytes throws(APIFailure) in
                for byte in bytes {
                    guard let json = splitter.take(byte) else { continue }
                    do throws(UnreadableObject) {
                        let object: Object = try KubernetesJSON.decode(from: json)
                        if object.isOfUse { objects.append(object) }
                    } catch {
                        unreadable.append(error)
                    }
                }
                if splitter.object.count > Self.objectLimit || splitter.frame.count > Self.frameLimit {
                    throw .garbage("a list with an object of more than \(Self.objectLimit >> 20) MiB")
                }
            }
            let list: ListMetadata = try Self.decode(splitter.frame)
            for error in unreadable { await onEvent(.unreadable(error)) }
            if list.continuation.isEmpty {
                await onEvent(.replaced(objects))
                return list.resourceVersion
            }
            // Base64 for URLs (apiserver, storage/continue.go).
            guard list.continuation.utf8.allSatisfy({ ASCII.isAlphanumeric($0) || "-_".utf8.contains($0) }) else {
                throw .garbage("a list that goes on nowhere")
            }
            query = "continue=\(list.continuation)&limit=\(Self.page)"
        }
        throw .garbage("a list without an end")
    }

    /// Until the server ends it, which it does every few minutes.
    /// - Parameter onEvent: told nil where the server only shows that it is there.
    /// - Returns: whether it lasted: a server that ends watches at once isn't asked again at once.
    private func watch(
        from version: inout String, _ onEvent: (Event?) async -> Void
    ) async throws(APIFailure) -> Bool {
        let seconds = Int.random(in: Self.duration)
        let path =
            "\(kind.path)?watch=1&allowWatchBookmarks=true&resourceVersion=\(version)&timeoutSeconds=\(seconds)"
            + kind.selector
        let start = ContinuousClock.now
        try await server.watch(path, for: .seconds(seconds) + Self.grace, lineLimit: Self.objectLimit) {
            line throws(APIFailure) in
            if line.isEmpty { return }
            let event: WatchEvent<Object> = try Self.decode(line)
            switch event {
            case .added(let object, let newer), .modified(let object, let newer):
                version = newer
                await onEvent(.changed(object))
            case .deleted(let object, let newer):
                version = newer
                await onEvent(.removed(object))
            case .bookmark(let newer):
                version = newer
                await onEvent(nil)
            case .failure(let code, let reason, let message):
                throw .status(code, reason: reason, message: message)
            case .unreadable(let error, let newer):
                if !newer.isEmpty { version = newer }
                await onEvent(.unreadable(error))
            }
        }
        return .now - start > .seconds(1)
    }

    private static func decode<Value: Decodable & Sendable>(_ json: [UInt8]) throws(APIFailure) -> Value {
        do throws(UnreadableObject) {
            return try KubernetesJSON.decode(from: json)
        } catch {
            throw .garbage("\(error)")
        }
    }

    /// What ends after so long says nothing about how the next one will end.
    private static var calm: Duration { .seconds(10) }
    /// How often in a row a kind that was there must be said not to be.
    private static var absences: Int { 4 }
    /// Answers of one list.
    private static var pages: Int { 400 }
    /// Seconds, for the server to end a watch after.
    private static var duration: ClosedRange<Int> { 240...300 }
    /// How much longer a watch is waited for that a server has forgotten.
    private static var grace: Duration { .seconds(15) }
}
