/// A certificate and its key, in files.
package struct SelfSignedCertificate {
    package let certificate: String
    package let key: String

    /// Both, one after the other, for servers.
    package let both: String

    /// - Parameter name: as of a subjectAltName.
    package init(in folder: String, for name: String = "IP:127.0.0.1") throws {
        certificate = "\(folder)/certificate.pem"
        key = "\(folder)/key.pem"
        both = "\(folder)/both.pem"
        let made = try Command.run([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=collector", "-addext", "subjectAltName=\(name)", "-days", "1", "-keyout", key, "-out",
            certificate,
        ])
        guard made.code == 0 else { throw NoCertificate(errors: made.errors) }
        try writeFile(both, readFile(certificate) + readFile(key))
    }
}

struct NoCertificate: Error {
    var errors: String
}
