package import OTLP

/// Where spans go, and who says so.
package struct DestinationSetting: Hashable, Sendable {
    package var name: String
    package var target: SpanTarget
    /// By which the addresses of its host are judged: a pod or a process has named it, which may not reach all that the agent
    /// does. Nil for what the operator has named.
    package var policy: AddressPolicy?
    /// When batches are to go that have its spans.
    package var batch = BatchLimits.none

    /// What is the same for those that share a pipeline.
    struct Pipeline: Hashable {
        let target: SpanTarget
        let policy: AddressPolicy?
    }

    /// By which its batches on disk are found again after a restart; nil for what has none there.
    package var spoolIdentity: [UInt8]? {
        target.identity.map { $0 + "\(policy.map { "\($0.loopback) \($0.isPods)" } ?? "operator")".utf8 }
    }

    var pipeline: Pipeline {
        // A file has one writer, however large it is to become.
        if case .file(let file) = target { return Pipeline(target: .file(SpanFile(path: file.path)), policy: policy) }
        return Pipeline(target: target, policy: policy)
    }
}
