import OTLP
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
            return TLSSettings(settings, Dictionary(zip(entries, values)) { $1 }) { problems.append($0) }
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

    @Test(arguments: [
        (#""ca_file":"/etc/ca.crt""#, [:], "OTEL_EXPORTER_OTLP_CERTIFICATE"),
        (
            #""secretName":"s","ca_file":"ca.crt""#, ["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE": "/own"],
            "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE"
        ),
    ])
    func `isn't read from its files, which is said`(tls: String, own: [String: String], variable: String) throws {
        var problems: [WishProblem] = []
        #expect(TLSSettings(try settings(tls: tls, own: own), [:]) { problems.append($0) } == nil)
        #expect(problems == [.file(variable: variable)])
        #expect("\(problems[0])".contains(variable))
    }
}
