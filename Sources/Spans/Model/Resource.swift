/// The entity that emitted spans: one traced process. All its spans share one instance.
package final class Resource: Sendable {
    /// In the order of emission, each key once.
    package let attributes: [Attribute]
    /// `{"key":value,…}` in UTF-8, rendered once since every span line repeats it.
    package let json: [UInt8]

    package init(attributes: [Attribute]) {
        self.attributes = attributes
        var json: [UInt8] = []
        JSONText.append(attributes, to: &json)
        self.json = json
    }

    /// `service.name`, or empty without one.
    package var serviceName: String {
        guard case .string(let name) = attributes["service.name"] else { return "" }
        return name
    }
}
