import OTLP

extension AgentConfiguration {
    /// The section `export`.
    static func export(_ root: ConfigurationSection) -> ExportSettings {
        var settings = ExportSettings()
        guard let section = root.section("export", known: ["batch", "queue", "retry", "drain", "spool"]) else {
            return settings
        }
        func set<Value>(_ field: WritableKeyPath<ExportLimits, Value>, _ value: Value?) {
            if let value { settings.limits[keyPath: field] = value }
        }
        let batch = section.section("batch", known: ["spans", "bytes", "age"])
        set(\.batchSpans, batch?.number("spans", within: BatchLimits.sizes))
        // Receivers by gRPC take messages of 4 MiB, unless told otherwise.
        set(\.batchBytes, batch?.size("bytes", within: 4 << 10...3 << 20))
        set(\.batchAge, batch?.duration("age", within: BatchLimits.ages))
        let queue = section.section("queue", known: ["spans", "bytes"])
        set(\.queuedSpans, queue?.number("spans", within: 16...1 << 20))
        set(\.queuedBytes, queue?.size("bytes", within: 64 << 10...1 << 30))
        let retry = section.section("retry", known: ["for"])
        set(\.retrying, retry?.duration("for", within: .zero ... .seconds(24 * 3600)))
        set(\.draining, section.duration("drain", within: .zero ... .seconds(300)))
        let limits = settings.limits
        if limits.queuedSpans < 2 * limits.batchSpans || limits.queuedBytes < 2 * limits.batchBytes {
            section.complain("queue", "is to hold two batches at least: enlarge it, or make batch smaller")
        }
        settings.spool = section.section("spool", known: ["directory", "bytes"]).map(spool)
        return settings
    }

    private static func spool(_ section: ConfigurationSection) -> ExportSettings.Spool {
        var spool = ExportSettings.Spool()
        if let directory = section.text("directory") {
            if !directory.hasPrefix("/") { section.complain("directory", "is to be an absolute path") }
            spool.directory = directory
        }
        if let bytes = section.size("bytes", within: 1 << 20...1 << 50) { spool.bytes = bytes }
        return spool
    }
}
