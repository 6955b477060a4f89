import Glibc

/// The folder that keeps what tests need and builds leave: Go toolchains, Debian's programs, built fixtures. It is
/// NODESPAN_CACHE, or else /var/cache/nodespan; `make setup` fills it.
package enum CacheFolder {
    package static var path: String {
        guard let named = getenv("NODESPAN_CACHE") else { return "/var/cache/nodespan" }
        let path = String(cString: named)
        return path.isEmpty ? "/var/cache/nodespan" : path
    }
}
