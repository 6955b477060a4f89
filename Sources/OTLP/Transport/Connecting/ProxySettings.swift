internal import FoundationEssentials

/// Through which proxies hosts are reached, from the variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY or their
/// lower-case forms. They mean what they mean to Go's net/http (golang.org/x/net/http/httpproxy); ALL_PROXY stands in for
/// either of the first two, as for curl.
struct ProxySettings: Sendable {
    private enum Choice {
        case proxy(Proxy)
        case unusable(ProxySettingsError)
    }

    /// Nil without a proxy.
    private let secure: Choice?
    private let plain: Choice?
    private let exceptions: [ProxyException]

    /// - Parameter environment: a whole one; other variables don't count.
    init(environment: [String: String]) {
        func value(_ name: String) -> (name: String, text: String)? {
            for name in [name, name.lowercased()] {
                if let text = environment[name], !text.isEmpty { return (name, text) }
            }
            return nil
        }
        func choice(_ variable: (name: String, text: String)?) -> Choice? {
            variable.map { variable in
                do throws(ProxySettingsError) {
                    return .proxy(try Proxy(variable.text, from: variable.name))
                } catch {
                    return .unusable(error)
                }
            }
        }
        let fallback = value("ALL_PROXY")
        secure = choice(value("HTTPS_PROXY") ?? fallback)
        plain = choice(value("HTTP_PROXY") ?? fallback)
        exceptions = (value("NO_PROXY")?.text ?? "").split(separator: ",").compactMap { ProxyException(String($0)) }
    }

    static let ofThisProcess = ProxySettings(environment: ProcessInfo.processInfo.environment)

    /// The proxy to go through, or nil for none: never one for this machine itself.
    /// - Parameters:
    ///   - host: a name or an address, without brackets.
    ///   - isSecure: reached by TLS.
    func proxy(for host: String, port: Int, isSecure: Bool) throws(ProxySettingsError) -> Proxy? {
        guard let choice = isSecure ? secure : plain else { return nil }
        let host = host.lowercased()
        let address = IPAddressBytes(host)
        if host == "localhost" || address?.isLoopback == true { return nil }
        if exceptions.contains(where: { $0.covers(host, address, port: port) }) { return nil }
        switch choice {
        case .proxy(let proxy): return proxy
        case .unusable(let error): throw error
        }
    }
}

/// An HTTP proxy, which is asked by CONNECT for a connection to somewhere.
struct Proxy: Hashable, Sendable {
    struct Credentials: Hashable, Sendable {
        var user: String
        var password: String

        /// As a value of the header Proxy-Authorization (RFC 7617).
        var basic: String { "Basic " + Data("\(user):\(password)".utf8).base64EncodedString() }
    }

    var host: String
    var port: Int
    var credentials: Credentials?

    init(host: String, port: Int, credentials: Credentials? = nil) {
        self.host = host
        self.port = port
        self.credentials = credentials
    }

    fileprivate init(_ text: String, from variable: String) throws(ProxySettingsError) {
        guard let parts = URLComponents(string: text.contains("://") ? text : "http://\(text)"),
            let host = parts.host?.filter({ $0 != "[" && $0 != "]" }), !host.isEmpty,
            (1...65535).contains(parts.port ?? 80)
        else { throw .invalid(variable: variable) }
        let scheme = parts.scheme?.lowercased() ?? ""
        guard scheme == "http" else { throw .unsupported(variable: variable, scheme: scheme) }
        self.init(
            host: host, port: parts.port ?? 80,
            credentials: parts.user.map { Credentials(user: $0, password: parts.password ?? "") })
    }
}

/// Why a proxy can't be used. The value of the variable may hold a password, so descriptions don't repeat it.
enum ProxySettingsError: Error, Hashable {
    case invalid(variable: String)
    case unsupported(variable: String, scheme: String)
}

extension ProxySettingsError: CustomStringConvertible {
    var description: String {
        switch self {
        case .invalid(let variable): "\(variable) names no proxy; it is to look like http://proxy.example:3128"
        case .unsupported(let variable, let scheme):
            "\(variable) names a proxy of kind \(scheme), which nodespan can't use; it is to look like "
                + "http://proxy.example:3128, or NO_PROXY to name the receiver"
        }
    }
}
