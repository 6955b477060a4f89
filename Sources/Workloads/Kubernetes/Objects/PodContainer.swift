/// A container of a pod's specification (core/v1, Container).
package struct PodContainer: Hashable, Sendable {
    package let name: String
    /// As the pod names it, which isn't what it was resolved to.
    package let image: String
    /// What it may take and is promised, by the name of the resource; quantities as texts.
    package let limits: [String: String]
    package let requests: [String: String]
}

extension PodContainer: Decodable {
    private enum CodingKeys: CodingKey { case name, image, resources }

    private struct Resources: Decodable {
        var limits: [String: QuantityText]?
        var requests: [String: QuantityText]?
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        image = try container.decodeIfPresent(String.self, forKey: .image) ?? ""
        let resources = try container.decodeIfPresent(Resources.self, forKey: .resources)
        limits = (resources?.limits ?? [:]).mapValues(\.text)
        requests = (resources?.requests ?? [:]).mapValues(\.text)
    }
}
