/// What resources tell of the machine: plain values, read by the caller. What isn't known is nil.
package struct HostFacts: Sendable {
    /// As gethostname(2) has it.
    package var name: String?
    /// As /etc/machine-id has it: machine-id(5).
    package var id: String?
    /// As uname(2) has it: "x86_64".
    package var machine: String?
    /// As /etc/os-release has it: os-release(5).
    package var osRelease: [String: String]

    package init(
        name: String? = nil, id: String? = nil, machine: String? = nil, osRelease: [String: String] = [:]
    ) {
        self.name = name
        self.id = id
        self.machine = machine
        self.osRelease = osRelease
    }

    /// By OpenTelemetry's semantic conventions for `host` and `os`.
    var attributes: [Attribute] {
        let texts = [
            ("host.name", name), ("host.id", id), ("host.arch", machine.map(Self.architecture)), ("os.type", "linux"),
            ("os.description", osRelease["PRETTY_NAME"]), ("os.name", osRelease["NAME"]),
            ("os.version", osRelease["VERSION_ID"]),
        ]
        return texts.compactMap { key, text in
            guard let text, !text.isEmpty else { return nil }
            return Attribute(key, .string(text))
        }
    }

    /// The conventions' names where they have one.
    private static func architecture(of machine: String) -> String {
        switch machine {
        case "x86_64": "amd64"
        case "aarch64": "arm64"
        default: machine
        }
    }
}
