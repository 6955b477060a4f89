/// A certificate, for 127.0.0.1 unless told otherwise, and its key, in files.
package struct SelfSignedCertificate {
    package let certificate: String
    package let key: String
    /// Both in one.
    package let both: String

    /// - Parameters:
    ///   - name: whom it is for, as OpenSSL has it in a subjectAltName.
    ///   - isExpired: since yesterday.
    package init(in folder: String, for name: String = "IP:127.0.0.1", isExpired: Bool = false) throws {
        certificate = "\(folder)/certificate.pem"
        key = "\(folder)/key.pem"
        both = "\(folder)/both.pem"
        let subject = "/CN=\(name.split(separator: ":").last ?? "")"
        try Self.run([
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject,
            "-addext", "subjectAltName=\(name)", "-addext", "basicConstraints=critical,CA:TRUE", "-keyout", key, "-out",
            "\(folder)/request.pem",
        ])
        try Self.run([
            "x509", "-req", "-in", "\(folder)/request.pem", "-signkey", key, "-copy_extensions", "copy", "-days",
            isExpired ? "-1" : "1", "-out", certificate,
        ])
        try writeFile(both, readFile(certificate) + readFile(key))
    }

    private static func run(_ arguments: [String]) throws {
        let result = try Command.run(["/usr/bin/openssl"] + arguments)
        guard result.code == 0 else { throw NoCertificate(errors: result.errors) }
    }
}

struct NoCertificate: Error {
    var errors: String
}
