/// What a connection is secured with.
package struct TLSSettings: Hashable, Sendable {
    /// PEM.
    package enum Source: Hashable, Sendable {
        case contents(TLSContents)
        /// Read again when it has changed.
        case file(TLSFile)

        package static func bytes(_ bytes: [UInt8]) -> Source { .contents(.of(bytes)) }
    }

    /// Nil for the system's.
    package var authorities: Source?
    /// The client's.
    package var certificate: Source?
    /// Of `certificate`.
    package var key: Source?

    package init(authorities: Source? = nil, certificate: Source? = nil, key: Source? = nil) {
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
    }
}

/// A file that a connection is secured with.
package struct TLSFile: Hashable, Sendable {
    package let path: String
    /// Which file system it is in, for telling files apart: empty for this process's own.
    package let place: String
    /// Reads all of it; may block.
    package let read: @Sendable () throws -> [UInt8]

    package init(path: String, place: String, read: @escaping @Sendable () throws -> [UInt8]) {
        self.path = path
        self.place = place
        self.read = read
    }

    package static func == (one: TLSFile, other: TLSFile) -> Bool {
        one.path == other.path && one.place == other.place
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(path)
        hasher.combine(place)
    }
}
