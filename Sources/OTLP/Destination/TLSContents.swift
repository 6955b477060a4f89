internal import NIOSSL
internal import Synchronization

/// What a file holds that a connection is secured with. There is one object for all that hold the same, so that many processes
/// that name the same share its memory, and telling two apart is a look at where they are.
package final class TLSContents: Hashable, Sendable {
    /// PEM.
    package let bytes: [UInt8]
    private let parsed = Mutex(Parsed())

    private struct Parsed {
        var certificates: [NIOSSLCertificate]?
        var key: Result<NIOSSLPrivateKey, TLSMaterialError>?
    }

    private struct Reference {
        weak var contents: TLSContents?
    }

    /// Of all that somebody has, by a hash of the bytes.
    private static let known = Mutex<[Int: [Reference]]>([:])

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The one with these bytes.
    package static func of(_ bytes: [UInt8]) -> TLSContents {
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        let hash = hasher.finalize()
        return known.withLock { known in
            for case let contents? in known[hash, default: []].map(\.contents) where contents.bytes == bytes {
                return contents
            }
            known = known.compactMapValues { references in
                let left = references.filter { $0.contents != nil }
                return left.isEmpty ? nil : left
            }
            let contents = TLSContents(bytes)
            known[hash, default: []].append(Reference(contents: contents))
            return contents
        }
    }

    /// None when it isn't certificates. Parsed once.
    var certificates: [NIOSSLCertificate] {
        parsed.withLock { parsed in
            let certificates = parsed.certificates ?? (try? NIOSSLCertificate.fromPEMBytes(bytes)) ?? []
            parsed.certificates = certificates
            return certificates
        }
    }

    /// Parsed once.
    func key() throws(TLSMaterialError) -> NIOSSLPrivateKey {
        let key = parsed.withLock { parsed in
            let key =
                parsed.key
                ?? Result { try NIOSSLPrivateKey(bytes: bytes, format: .pem) }.mapError { _ in TLSMaterialError.key }
            parsed.key = key
            return key
        }
        return try key.get()
    }

    package static func == (one: TLSContents, other: TLSContents) -> Bool { one === other }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
