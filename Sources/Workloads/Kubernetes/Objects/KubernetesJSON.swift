internal import FoundationEssentials

/// Reads what the API server sends.
package enum KubernetesJSON {
    /// - Parameter json: one JSON document, bounded by whoever received it.
    package static func decode<Value: Decodable & Sendable>(
        _ type: Value.Type = Value.self, from json: some Sequence<UInt8>
    ) throws(UnreadableObject) -> Value {
        do {
            return try JSONDecoder().decode(ListedObject<Value>.self, from: Data(json)).result.get()
        } catch let error as UnreadableObject {
            throw error
        } catch {
            throw .notJSON
        }
    }
}
