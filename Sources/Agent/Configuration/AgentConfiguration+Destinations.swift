import OTLP
import SystemPackage

extension AgentConfiguration {
    /// Of a receiver.
    private static let receiverKeys = ["protocol", "headers", "compression", "timeout", "tls"]
    /// Of which each destination has one.
    private static let ways = ["endpoint", "file", "console"]
    private static let timeouts = Duration.milliseconds(1)...Duration.seconds(600)
    private static let fileSizes = (64 << 10)...(1 << 40)

    static func destinations(_ root: ConfigurationSection) -> [DestinationSetting] {
        var names: Set<String> = []
        var files: [FilePath: String] = [:]
        return root.sections("destinations", known: ["name"] + ways + receiverKeys).compactMap { section in
            guard let name = section.text("name") else {
                section.complain("has no name, by which rules refer to it")
                return nil
            }
            if !names.insert(name).inserted { section.complain("name", "there is another destination \(name)") }
            let named = ways.filter(section.has)
            guard named.count == 1, let way = named.first else {
                section.complain(
                    named.isEmpty
                        ? "has no endpoint, such as http://collector:4318, nor a file or a console"
                        : "goes one way only: \(named.joined(separator: " or "))")
                return nil
            }
            if way != "endpoint" {
                for key in receiverKeys where section.has(key) { section.complain(key, "is for an endpoint") }
            }
            let target =
                switch way {
                case "file": file(section)
                case "console": choice(SpanTarget.ConsoleFormat.self, "console", section).map(SpanTarget.console)
                default: receiver(section)
                }
            if case .file(let file) = target, let other = files.updateValue(name, forKey: FilePath(file.path)) {
                section.complain(
                    "file", "is the file of the destination \(other), too: name another, or have rules name that one")
            }
            return target.map { DestinationSetting(name: name, target: $0) }
        }
    }

    private static func receiver(_ section: ConfigurationSection) -> SpanTarget? {
        guard let text = section.text("endpoint") else { return nil }
        let spoken = choice(ExportProtocol.self, "protocol", section)
        let endpoint: OTLPEndpoint
        do throws(OTLPEndpointError) {
            endpoint = try OTLPEndpoint(text, protocol: spoken)
        } catch {
            section.complain("endpoint", "\(error)")
            return nil
        }
        var receiver = Receiver(endpoint: endpoint, headers: headers(section))
        if let compression = choice(Receiver.Compression.self, "compression", section) {
            receiver.compression = compression
        }
        if let timeout = section.duration("timeout", within: timeouts) { receiver.timeout = timeout }
        if section.has("tls") {
            if !endpoint.isSecure { section.complain("tls", "is for an https:// endpoint") }
            receiver.tls = section.section("tls", known: TLSSettings.keys).map(TLSSettings.init)
        }
        return .receiver(receiver)
    }

    private static func headers(_ section: ConfigurationSection) -> [OTLPHeader] {
        section.pairs("headers").compactMap { name, value in
            do throws(OTLPHeaderError) {
                return try OTLPHeader("\(name)=\(value)")
            } catch {
                section.complain("headers", "\(error)")
                return nil
            }
        }
    }

    private static func file(_ parent: ConfigurationSection) -> SpanTarget? {
        guard let section = parent.section("file", known: ["path", "size", "kept"]) else { return nil }
        guard let path = section.text("path"), path.hasPrefix("/"), !path.hasSuffix("/") else {
            section.complain("path", "is to be the absolute path of a file, such as /var/log/nodespan/spans.jsonl")
            return nil
        }
        var file = SpanFile(path: path)
        if let size = section.size("size", within: fileSizes) { file.size = size }
        if let kept = section.number("kept", within: 0...1000) { file.kept = kept }
        return .file(file)
    }

    private static func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ kind: Value.Type, _ key: String, _ section: ConfigurationSection
    ) -> Value? {
        guard let text = section.text(key) else { return nil }
        if let value = Value(rawValue: text) { return value }
        let known = Value.allCases.map(\.rawValue)
        let hint = NearestName.find(text, among: known).map { "; did you mean \($0)?" } ?? ""
        section.complain(key, "is to be \(known.joined(separator: " or "))\(hint)")
        return nil
    }
}
