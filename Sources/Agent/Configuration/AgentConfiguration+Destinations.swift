import OTLP

extension AgentConfiguration {
    static func destinations(_ root: ConfigurationSection) -> [DestinationSetting] {
        var names: Set<String> = []
        return root.sections("destinations", known: ["name", "endpoint", "headers"]).compactMap { section in
            guard let name = section.text("name") else {
                section.complain("has no name, by which rules refer to it")
                return nil
            }
            if !names.insert(name).inserted { section.complain("name", "there is another destination \(name)") }
            guard let text = section.text("endpoint") else {
                section.complain("has no endpoint, such as http://collector:4318")
                return nil
            }
            var headers: [OTLPHeader] = []
            for (name, value) in section.pairs("headers") {
                do throws(OTLPHeaderError) {
                    headers.append(try OTLPHeader("\(name)=\(value)"))
                } catch {
                    section.complain("headers", "\(error)")
                }
            }
            do throws(OTLPEndpointError) {
                let receiver = Receiver(endpoint: try OTLPEndpoint(text), headers: headers)
                return DestinationSetting(name: name, target: .receiver(receiver))
            } catch {
                section.complain("endpoint", "\(error)")
                return nil
            }
        }
    }
}
