/// Why an object can't be read, and which, as far as that can be said.
package struct UnreadableObject: Error, Hashable, Sendable {
    /// "NAMESPACE/NAME", or empty.
    package let object: String
    /// The field in question, "spec.sampler.type", or empty.
    package let field: String
    /// What was wrong with it.
    package let problem: String

    /// A whole document.
    static let notJSON = UnreadableObject(object: "", field: "", problem: "isn't valid JSON")
    static let unknownEvent = UnreadableObject(object: "", field: "type", problem: "is of no known kind")

    private init(object: String, field: String, problem: String) {
        self.object = object
        self.field = field
        self.problem = problem
    }

    /// - Parameter decoder: the object's, where its name may be read.
    init(_ error: any Error, from decoder: any Decoder) {
        let name = (try? Named(from: decoder))?.metadata
        object = [name?.namespace, name?.name].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "/")
        let context: DecodingError.Context?
        (context, problem) =
            switch error as? DecodingError {
            case .typeMismatch(let type, let context): (context, "is to be \(Self.kind(of: type))")
            case .valueNotFound(let type, let context): (context, "is to be \(Self.kind(of: type))")
            case .keyNotFound(let key, let context): (context, "has no '\(key.stringValue)'")
            case .dataCorrupted(let context): (context, "isn't valid")
            default: (nil, "can't be read")
            }
        let path = (context?.codingPath ?? []).dropFirst(decoder.codingPath.count)
        field =
            path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined().drop { $0 == "." }
            .description
    }

    private struct Named: Decodable {
        var metadata: Metadata

        struct Metadata: Decodable {
            var name: String?
            var namespace: String?
        }
    }

    private static func kind(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a text (in quotes, where it looks like something else)"
        case is Bool.Type: "true or false"
        case is any Collection.Type where type is any ExpressibleByDictionaryLiteral.Type: "a set of keys with values"
        case is any Collection.Type: "a list"
        default: "a set of keys with values"
        }
    }
}

extension UnreadableObject: CustomStringConvertible {
    package var description: String {
        "\(object.isEmpty ? "an object" : object): \(field.isEmpty ? "it" : field) \(problem)"
    }
}
