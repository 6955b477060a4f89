internal import NIOSSL
internal import Synchronization

/// What the connections of one destination are secured with. Files are read again every now and then, by a thread that may be
/// held up. What can't be read or used is a failure, until it can.
final class TLSReader: Sendable {
    enum Finding: Sendable {
        /// Generation: another one for each change of the contents.
        case configuration(TLSConfiguration, generation: Int)
        case failed(reason: String)
    }

    private struct State {
        var latest: Finding?
        var contents: [TLSContents?] = []
        var generation = 0
        var validUntil: ContinuousClock.Instant?
    }

    /// For which a finding counts.
    private static let validity = Duration.seconds(10)
    /// As `validity`, where files couldn't be used.
    private static let failureValidity = Duration.seconds(1)

    private let settings: TLSSettings
    private let isFixed: Bool
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())
    private let calls = BlockingCalls(label: "nodespan.tls")

    init(_ settings: TLSSettings?, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        let settings = settings ?? TLSSettings()
        self.settings = settings
        self.now = now
        isFixed = [settings.authorities, settings.certificate, settings.key].allSatisfy { source in
            if case .file = source { false } else { true }
        }
    }

    /// Ends with a failure when its task is cancelled.
    func find() async -> Finding {
        if let known { return known }
        switch await calls.call({ _ in self.known ?? self.read() }) {
        case .value(let finding): return finding
        case .cancelled: return .failed(reason: "cancelled")
        case .heldUp: return .failed(reason: "TLS: files for it can't be read: whoever holds them doesn't answer")
        }
    }

    private var known: Finding? {
        let now = now()
        return state.withLock { state in
            guard let latest = state.latest else { return nil }
            if isFixed { return latest }
            return state.validUntil.flatMap { now < $0 ? latest : nil }
        }
    }

    private func read() -> Finding {
        let loaded = Result { () throws(TLSSettingsError) in try loadUsable() }
        let now = now()
        return state.withLock { state in
            let finding: Finding
            switch loaded {
            case .success(let (configuration, contents)):
                if contents != state.contents { state.generation += 1 }
                state.contents = contents
                finding = .configuration(configuration, generation: state.generation)
                state.validUntil = now + Self.validity
            case .failure(let error):
                finding = .failed(reason: "TLS: \(error)")
                state.validUntil = now + Self.failureValidity
            }
            state.latest = finding
            return finding
        }
    }

    /// What one connection fails with, all do: a certificate and a key that are changed one after the other don't belong
    /// together in between.
    private func loadUsable() throws(TLSSettingsError) -> (configuration: TLSConfiguration, contents: [TLSContents?]) {
        let loaded = try settings.load()
        let isKnown = state.withLock { $0.generation > 0 && $0.contents == loaded.contents }
        if !isKnown, (try? NIOSSLContext(configuration: loaded.configuration)) == nil {
            throw .material(.mismatch)
        }
        return loaded
    }
}
