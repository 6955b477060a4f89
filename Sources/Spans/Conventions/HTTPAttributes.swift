/// Attributes that spans of HTTP servers and clients have alike.
extension [Attribute] {
    /// - Parameters:
    ///   - method: empty where it could not be read.
    ///   - isKnown: it is reported by its own name.
    mutating func appendHTTPMethod(_ method: String, isKnown: Bool) {
        append("http.request.method", isKnown ? method : "_OTHER")
        if !isKnown, !method.isEmpty { append("http.request.method_original", method) }
    }

    /// "1.0", "1.1", "2", or nothing where `major` is 0.
    mutating func appendHTTPVersion(major: UInt8, minor: UInt8) {
        guard major > 0 else { return }
        append("network.protocol.version", major < 2 || minor > 0 ? "\(major).\(minor)" : "\(major)")
    }
}
