/// The version of a service by the name of its image: "TAG@DIGEST", the one or the other (OpenTelemetry semantic
/// conventions, "Specify resource attributes using Kubernetes annotations", service.version).
enum ImageVersion {
    /// Nil for a name without either, and for what isn't one (github.com/distribution/reference, the grammar).
    static func version(of image: String) -> String? {
        let parts = image.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let digest = parts.count == 2 ? parts[1] : nil
        if let digest, !isDigest(digest) { return nil }
        var name = parts.first ?? ""
        var tag: Substring?
        // A colon before the last slash is that of the registry's port.
        if let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") {
            tag = name[name.index(after: colon)...]
            name = name[..<colon]
        }
        guard isName(name), tag.map(isTag) ?? true else { return nil }
        let version = [tag, digest].compactMap { $0 }.joined(separator: "@")
        return version.isEmpty ? nil : version
    }

    private static func isName(_ text: Substring) -> Bool {
        let components = text.split(separator: "/", omittingEmptySubsequences: false)
        // Registries' names may have capitals and ports.
        let repository = components.count > 1 ? components.dropFirst() : components[...]
        return components.allSatisfy {
            !$0.isEmpty && $0.utf8.allSatisfy { ASCII.isAlphanumeric($0) || ".-_:[]".utf8.contains($0) }
        }
            && repository.allSatisfy { component in
                component.utf8.allSatisfy { ASCII.isDigit($0) || ASCII.isLowercase($0) || "._-".utf8.contains($0) }
                    && [component.utf8.first, component.utf8.last].allSatisfy { $0.map(ASCII.isAlphanumeric) ?? false }
            }
    }

    private static func isTag(_ text: Substring) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "_.-".utf8.contains($0) }
            && !".-".contains(text.first ?? ".")
    }

    private static func isDigest(_ text: Substring) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty
            && parts[0].utf8.allSatisfy { ASCII.isAlphanumeric($0) || "-_+.".utf8.contains($0) }
            && parts[1].utf8.count >= 32 && parts[1].utf8.allSatisfy(ASCII.isHexDigit)
    }
}
