/// A certificate for 127.0.0.1 and its key, in files.
package struct SelfSignedCertificate {
    package let certificate: String
    package let key: String

    package init(in folder: String) throws {
        certificate = "\(folder)/certificate.pem"
        key = "\(folder)/key.pem"
        let made = try Command.run([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1", "-keyout", key, "-out",
            certificate,
        ])
        guard made.code == 0 else { throw NoCertificate(errors: made.errors) }
    }
}

struct NoCertificate: Error {
    var errors: String
}
