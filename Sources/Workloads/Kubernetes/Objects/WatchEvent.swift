/// One line of a watch: what became of an object, or of the watch itself (meta/v1, WatchEvent).
package enum WatchEvent<Object: Decodable & Sendable>: Sendable {
    case added(Object, resourceVersion: String)
    case modified(Object, resourceVersion: String)
    /// As it was last.
    case deleted(Object, resourceVersion: String)
    /// Nothing but how far the watch has come.
    case bookmark(resourceVersion: String)
    /// The watch is over: a new one, after 410 a new list, has to be asked for.
    case failure(code: Int, reason: String, message: String)
    /// An object that can't be read, or an event of another kind. The watch goes on.
    case unreadable(UnreadableObject, resourceVersion: String)
}

extension WatchEvent: Decodable {
    private enum CodingKeys: CodingKey { case type, object }

    private struct Versioned: Decodable {
        var metadata: Metadata?

        struct Metadata: Decodable {
            var resourceVersion: String?
        }
    }

    private struct Status: Decodable {
        var code: Int?
        var reason: String?
        var message: String?
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        if type == "ERROR" {
            let status = try container.decode(Status.self, forKey: .object)
            self = .failure(code: status.code ?? 0, reason: status.reason ?? "", message: status.message ?? "")
            return
        }
        let version = (try? container.decode(Versioned.self, forKey: .object))?.metadata?.resourceVersion ?? ""
        if type == "BOOKMARK" {
            self = .bookmark(resourceVersion: version)
            return
        }
        let found = try container.decode(ListedObject<Object>.self, forKey: .object).result
        switch (type, found) {
        case ("ADDED", .success(let object)): self = .added(object, resourceVersion: version)
        case ("MODIFIED", .success(let object)): self = .modified(object, resourceVersion: version)
        case ("DELETED", .success(let object)): self = .deleted(object, resourceVersion: version)
        case (_, .failure(let error)): self = .unreadable(error, resourceVersion: version)
        case (_, .success): self = .unreadable(.unknownEvent, resourceVersion: version)
        }
    }
}
