import OTLP
import Testing

@testable import Agent

@Suite struct `The section export` {
    private func read(_ export: String) throws -> ExportSettings {
        try AgentConfiguration.read("apiVersion: nodespan/v1\nexport: \(export)", file: "c.yaml", environment: [:]).export
    }

    @Test func `has limits for batches, queues, retries, the end, and the disk`() throws {
        let settings = try read(
            "{batch: {spans: 100, bytes: 64KiB, age: 200ms}, queue: {spans: 1000, bytes: 1MiB}, retry: {for: 2m}, "
                + "drain: 3s, spool: {directory: /x/spool, bytes: 2GiB}}")
        var limits = ExportLimits()
        (limits.batchSpans, limits.batchBytes, limits.batchAge) = (100, 65536, .milliseconds(200))
        (limits.queuedSpans, limits.queuedBytes) = (1000, 1 << 20)
        (limits.retrying, limits.draining) = (.seconds(120), .seconds(3))
        #expect(settings.limits == limits)
        #expect(settings.spool == ExportSettings.Spool(directory: "/x/spool", bytes: 2 << 30))
    }

    @Test func `is as it was where it says nothing, without a spool unless one is asked for`() throws {
        #expect(try read("{}") == ExportSettings())
        #expect(try read("{batch: }") == ExportSettings())
        #expect(try read("{spool: {bytes: 1048576}}").spool?.directory == "/var/lib/nodespan/spool")
    }

    @Test(arguments: [
        ("{batch: {age: 5}}", "export.batch.age", "100ms to 1m"), ("{batch: {age: 1ms}}", "export.batch.age", "500ms"),
        ("{batch: {age: 2 m}}", "export.batch.age", "such as"), ("{batch: {spans: 0}}", "export.batch.spans", "8192"),
        ("{batch: {bytes: 4MB}}", "export.batch.bytes", "4KiB to 3MiB"),
        ("{batch: {bytes: 99999999999999999TiB}}", "export.batch.bytes", "4KiB"),
        ("{batch: {bytes: 9999999999999TiB}}", "export.batch.bytes", "4KiB"),
        ("{queue: {spans: 500}}", "export.queue", "two batches"), ("{drain: -1s}", "export.drain", "0s to 5m"),
        ("{retry: {for: 2d}}", "export.retry.for", "24h"), ("{spool: {directory: x}}", "export.spool.directory", "absolute"),
        ("{spool: {bytes: 1}}", "export.spool.bytes", "1MiB"), ("{spol: {}}", "export.spol", "did you mean spool?"),
    ])
    func `names what is wrong, and what would be right`(text: String, key: String, words: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try read(text) }
        #expect(error.problems.count == 1)
        #expect(error.description.contains("\(key): ") && error.description.contains(words), "\(error)")
    }

    @Test func `is printed as it could be written`() throws {
        let text = "{batch: {age: 90s}, spool: {bytes: 3145728}}"
        #expect(throws: ConfigurationError.self) { try read(text) }
        let configuration = try AgentConfiguration.read(
            "apiVersion: nodespan/v1\nexport: {batch: {age: 1500ms}, drain: 0s, spool: {bytes: 3145728}}", file: "c.yaml",
            environment: [:])
        let printed = try EffectiveConfiguration(configuration).yaml()
        for line in ["age: 1500ms", "bytes: 3MiB", "for: 5m", "drain: 0s", "directory: /var/lib/nodespan/spool"] {
            #expect(printed.contains(line), "\(printed)")
        }
        let again = try AgentConfiguration.read(printed, file: "c.yaml", environment: [:])
        #expect(again.export == configuration.export)
    }
}
