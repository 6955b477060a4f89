/// An object that may be unreadable without an error.
struct ListedObject<Object: Decodable & Sendable>: Decodable, Sendable {
    let result: Result<Object, UnreadableObject>

    init(from decoder: any Decoder) throws {
        do {
            result = .success(try Object(from: decoder))
        } catch {
            result = .failure(UnreadableObject(error, from: decoder))
        }
    }
}
