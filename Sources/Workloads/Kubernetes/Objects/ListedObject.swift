/// An object that may be unreadable without an error, whichever decoder reads it.
package struct ListedObject<Object: Decodable & Sendable>: Decodable, Sendable {
    package let result: Result<Object, UnreadableObject>

    package init(from decoder: any Decoder) throws {
        do {
            result = .success(try Object(from: decoder))
        } catch {
            result = .failure(UnreadableObject(error, from: decoder))
        }
    }
}
