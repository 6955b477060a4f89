import Glibc
import OTLP
import SystemPackage
import TestSupport
import Testing
import Workloads

@testable import Agent

@Suite struct `What a pod's connection is secured with` {
    private func settings(tls: String, own: [String: String] = [:]) throws -> WorkloadSettings {
        let pod = try SampleObjects.pod()
        let instrumentation = try SampleObjects.instrumentation(
            #""exporter":{"endpoint":"https://c:4318","tls":{\#(tls)}}"#)
        let wishes = PodWishes(pod: pod, namespace: nil, instrumentations: [instrumentation])
        return WorkloadSettings(
            try #require(wishes.wishes.first), pod: pod,
            owners: WorkloadOwners(of: pod, needsUIDs: false) { _ in nil }, own: own)
    }

    @Test func `is in the Secret and the ConfigMap that its Instrumentation names`() throws {
        let folder = try TemporaryFolder()
        let files = try SelfSignedCertificate(in: folder.path)
        let certificate = String(decoding: try readFile(files.certificate), as: UTF8.self)
        let key = String(decoding: try readFile(files.key), as: UTF8.self)
        let settings = try settings(
            tls: """
                "secretName":"s","configMapName":"m","ca_file":"ca.crt","cert_file":"tls.crt","key_file":"tls.key"
                """)
        let entries = [
            ObjectKey(.configMap, namespace: "shop", name: "m", key: "ca.crt"),
            ObjectKey(.secret, namespace: "shop", name: "s", key: "tls.crt"),
            ObjectKey(.secret, namespace: "shop", name: "s", key: "tls.key"),
        ]
        var problems: [WishProblem] = []
        func material(_ values: [ObjectValue]) -> TLSSettings? {
            problems = []
            return TLSSettings(settings, Dictionary(zip(entries, values)) { $1 }, of: nil) { problems.append($0) }
        }
        #expect(
            material([.text(certificate), .text(certificate), .text(key)])
                == TLSSettings(
                    authorities: .bytes(Array(certificate.utf8)), certificate: .bytes(Array(certificate.utf8)),
                    key: .bytes(Array(key.utf8))))
        #expect(problems.isEmpty)
        #expect(material([.text(certificate), .missing, .unread]) != nil)
        #expect(
            problems == [
                .setting(.missing(variable: "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", entries[1])),
                .setting(.unread(variable: "OTEL_EXPORTER_OTLP_CLIENT_KEY", entries[2])),
            ])
        #expect(material([.text("nonsense"), .text(certificate), .text(key)]) == nil)
        #expect(problems == [.material(.authorities)])
    }

    /// Of this process's own file system.
    private func read(
        tls: String, own: [String: String] = [:], values: [ObjectKey: ObjectValue] = [:]
    ) throws -> (TLSSettings?, [WishProblem]) {
        var problems: [WishProblem] = []
        let handle = try ProcessHandle(pid: getpid())
        let settings = TLSSettings(try settings(tls: tls, own: own), values, of: handle) { problems.append($0) }
        return (settings, problems)
    }

    @Test func `is in the files that are named by absolute paths, as long as they are there`() throws {
        let folder = try TemporaryFolder()
        let files = try SelfSignedCertificate(in: folder.path)
        let (certificate, key) = (try readFile(files.certificate), try readFile(files.key))
        let tls = #""ca_file":"\#(files.certificate)","cert_file":"\#(files.certificate)","key_file":"\#(files.key)""#
        let (settings, problems) = try read(tls: tls)
        #expect(problems.isEmpty)
        #expect(
            settings
                == TLSSettings(authorities: .bytes(certificate), certificate: .bytes(certificate), key: .bytes(key)))
        // The environment goes before, what is for traces before that.
        let own = try read(
            tls: tls,
            own: [
                "OTEL_EXPORTER_OTLP_CERTIFICATE": "/nowhere",
                "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE": files.certificate,
            ])
        // The Instrumentation's certificate isn't for whom the program trusts.
        #expect(own.0 == TLSSettings(authorities: .bytes(certificate)) && own.1.isEmpty)
        // Another content is another wish.
        let another = try TemporaryFolder()
        let other = try SelfSignedCertificate(in: another.path)
        try writeFile(files.certificate, try readFile(other.certificate))
        #expect(try read(tls: #""ca_file":"\#(files.certificate)""#).0 != TLSSettings(authorities: .bytes(certificate)))
    }

    @Test func `is what the Operator has mounted, where the Secret can't be read`() throws {
        let path = "/otel-auto-instrumentation-secret-s/ca.crt"
        let (settings, problems) = try read(
            tls: #""secretName":"s","ca_file":"ca.crt""#,
            own: ["OTEL_RESOURCE_ATTRIBUTES_POD_NAME": "web-0", "OTEL_EXPORTER_OTLP_CERTIFICATE": path])
        // Here it isn't mounted.
        #expect(settings == nil)
        let entry = ObjectKey(.secret, namespace: "shop", name: "s", key: "ca.crt")
        #expect(problems == [.setting(.unread(variable: "OTEL_EXPORTER_OTLP_CERTIFICATE", entry))])
    }

    @Test(arguments: [
        ("/nowhere/ca.crt", ProcessFileError.system(.noSuchFileOrDirectory)), ("/dev/zero", .notRegular),
        ("/proc/self/environ", .empty), ("/proc/self/root/etc/hostname", .link), ("/etc", .notRegular),
        ("relative", .notAbsolute),
    ])
    func `is told of when a file can't be used`(path: String, error: ProcessFileError) throws {
        let (settings, problems) = try read(tls: "", own: ["OTEL_EXPORTER_OTLP_CERTIFICATE": path])
        #expect(settings == nil && problems == [.file(variable: "OTEL_EXPORTER_OTLP_CERTIFICATE", error)])
        #expect("\(problems)".contains("OTEL_EXPORTER_OTLP_CERTIFICATE"))
    }
}
