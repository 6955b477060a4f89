internal import NIOSSL

/// Whom a connection trusts, and how it shows who it is itself.
package struct TLSMaterial: Hashable, Sendable {
    private let authorities: [NIOSSLCertificate]?
    private let chain: [NIOSSLCertificate]
    private let key: NIOSSLPrivateKey?

    /// - Parameters:
    ///   - authorities: PEM; nil for the system's own.
    ///   - certificate: the client's, with what signs it: PEM.
    ///   - key: of `certificate`, PEM, without a passphrase.
    package init(
        authorities: TLSContents?, certificate: TLSContents?, key: TLSContents?
    ) throws(TLSMaterialError) {
        guard (certificate == nil) == (key == nil) else { throw .half }
        self.authorities = try authorities.map { contents throws(TLSMaterialError) in
            try Self.certificates(in: contents, or: .authorities)
        }
        chain =
            try certificate.map { contents throws(TLSMaterialError) in
                try Self.certificates(in: contents, or: .certificate)
            } ?? []
        self.key = try key.map { contents throws(TLSMaterialError) in try contents.key() }
    }

    var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let authorities { configuration.trustRoots = .certificates(authorities) }
        configuration.certificateChain = chain.map { .certificate($0) }
        configuration.privateKey = key.map { .privateKey($0) }
        return configuration
    }

    private static func certificates(
        in contents: TLSContents, or error: TLSMaterialError
    ) throws(TLSMaterialError) -> [NIOSSLCertificate] {
        if contents.certificates.isEmpty { throw error }
        return contents.certificates
    }
}

/// Why a connection can't be secured.
package enum TLSMaterialError: Error, Hashable {
    case authorities
    case certificate
    case key
    /// A certificate without its key, or the other way round.
    case half
    /// The key is of another certificate, or of a kind that isn't used for TLS.
    case mismatch
}

extension TLSMaterialError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .authorities: "what is to hold the receiver's authority is no certificate in PEM form"
        case .certificate: "what is to hold the client's certificate is none in PEM form"
        case .key: "what is to hold the key of the client's certificate is none in PEM form without a passphrase"
        case .half: "a client's certificate and its key are needed both, or none"
        case .mismatch: "the client's certificate and its key don't belong together, or can't be used for TLS"
        }
    }
}
