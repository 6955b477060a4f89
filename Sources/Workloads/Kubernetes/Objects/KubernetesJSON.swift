internal import FoundationEssentials

/// Reads what the API server sends.
package enum KubernetesJSON {
    /// - Parameter json: one JSON document, bounded by whoever received it.
    package static func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, from json: some Sequence<UInt8>
    ) throws(UnreadableObject) -> Value {
        do {
            return try JSONDecoder().decode(Document<Value>.self, from: Data(json)).result.get()
        } catch let error as UnreadableObject {
            throw error
        } catch {
            throw .notJSON
        }
    }

    /// Takes the error while the decoder is there that knows the object's name.
    private struct Document<Value: Decodable>: Decodable {
        let result: Result<Value, UnreadableObject>

        init(from decoder: any Decoder) throws {
            do {
                result = .success(try Value(from: decoder))
            } catch {
                result = .failure(UnreadableObject(error, from: decoder))
            }
        }
    }
}
