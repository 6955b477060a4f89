import OTLP

/// A destination as it is in force, in the form of the file, without secrets.
struct EffectiveDestination: Encodable {
    struct TLS: Encodable {
        let ca: String?
        let certificate: String?
        let key: String?
    }

    struct File: Encodable {
        let path: String
        let size: String
        let kept: Int
    }

    private let name: String
    private var endpoint: String?
    private var `protocol`: String?
    private var headers: [String: String]?
    private var compression: String?
    private var timeout: String?
    private var tls: TLS?
    private var file: File?
    private var console: String?

    init(_ destination: DestinationSetting) {
        name = destination.name
        switch destination.target {
        case .receiver(let receiver):
            endpoint = receiver.endpoint.url
            self.protocol = receiver.endpoint.protocol.rawValue
            let hidden = receiver.headers.map { ($0.name, "REDACTED") }
            headers = hidden.isEmpty ? nil : Dictionary(hidden) { first, _ in first }
            compression = receiver.compression.rawValue
            timeout = ConfigurationSection.text(receiver.timeout)
            tls = receiver.tls.map { tls in
                TLS(ca: Self.path(tls.authorities), certificate: Self.path(tls.certificate), key: Self.path(tls.key))
            }
        case .file(let target):
            file = File(path: target.path, size: ConfigurationSection.text(target.size), kept: target.kept)
        case .console(let format): console = format.rawValue
        }
    }

    private static func path(_ source: TLSSettings.Source?) -> String? {
        if case .file(let file) = source { file.path } else { nil }
    }
}
