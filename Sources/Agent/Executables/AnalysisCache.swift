import Probes

/// What the analyses of executables gave, refusals included: one analysis for all the processes of an executable, also for
/// those that are looked at while it is under way. What it keeps is how to trace a program, never the program's contents.
actor AnalysisCache {
    typealias Outcome = Result<KnownExecutable, AnalysisError>

    private static let entryLimit = 1024
    /// Of everything kept, as `AnalysisCache.size(of:)` estimates it.
    private static let sizeLimit = 4 << 20
    /// How long what no armed executable needs is kept. A file that is gone, or holds something else, is never asked for
    /// again.
    static let keepingTime = Duration.seconds(600)

    private struct Entry {
        let outcome: Outcome
        /// Bytes, as estimated.
        let size: Int
        var used: ContinuousClock.Instant
    }

    private let now: @Sendable () -> ContinuousClock.Instant
    private var entries: [ExecutableState: Entry] = [:]
    private(set) var size = 0
    /// Who waits for the analyses that are under way. They get nil when one can't be finished.
    private var waiting: [ExecutableState: [CheckedContinuation<Outcome?, Never>]] = [:]

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    var count: Int { entries.count }

    /// How many wait for an analysis that is under way.
    func waitingCount(for state: ExecutableState) -> Int { waiting[state]?.count ?? 0 }

    /// What is known, or else what `analyse` finds. An error of `analyse` is its caller's alone.
    func outcome<Failure: Error>(
        of state: ExecutableState, analyse: @Sendable () async throws(Failure) -> Outcome
    ) async throws(Failure) -> Outcome {
        while true {
            if let entry = entries[state] {
                entries[state]?.used = now()
                return entry.outcome
            }
            guard waiting[state] != nil else { break }
            let found = await withCheckedContinuation { waiting[state, default: []].append($0) }
            if let found { return found }
        }
        waiting[state] = []
        do throws(Failure) {
            let outcome = try await analyse()
            keep(outcome, of: state)
            tellWaiting(outcome, state)
            return outcome
        } catch {
            tellWaiting(nil, state)
            throw error
        }
    }

    private func tellWaiting(_ outcome: Outcome?, _ state: ExecutableState) {
        for continuation in waiting.removeValue(forKey: state) ?? [] { continuation.resume(returning: outcome) }
    }

    private func keep(_ outcome: Outcome, of state: ExecutableState) {
        if case .failure(let error) = outcome, error.isPassing { return }
        let entry = Entry(outcome: outcome, size: Self.size(of: outcome), used: now())
        // What no real program gives must not push out what others do.
        guard entry.size <= Self.sizeLimit / 16 else { return }
        entries[state] = entry
        size += entry.size
        while entries.count > Self.entryLimit || size > Self.sizeLimit, let longestUnused {
            remove(longestUnused)
        }
    }

    /// Drops what has not been used for a while. What is armed counts as used.
    func dropUnused(armed: [ExecutableState]) {
        let now = now()
        for state in armed { entries[state]?.used = now }
        for (state, entry) in entries where now - entry.used >= Self.keepingTime { remove(state) }
    }

    private func remove(_ state: ExecutableState) {
        size -= entries.removeValue(forKey: state)?.size ?? 0
    }

    private var longestUnused: ExecutableState? {
        entries.min { $0.value.used < $1.value.used }?.key
    }
}

extension AnalysisCache {
    /// Bytes of the parts that have no fixed number: each with its texts, which are of executables' own making.
    private static func size(of outcome: Outcome) -> Int {
        switch outcome {
        case .failure(.refused(let refusal)): size(of: refusal.libraries)
        case .failure(let error): 256 + error.description.utf8.count
        case .success(let executable): 512 + executable.path.utf8.count + size(of: executable.plan.libraries)
        }
    }

    private static func size(of libraries: [LibraryReport]) -> Int {
        libraries.reduce(0) { size, library in
            let probes = library.probes.reduce(0) { $0 + 128 + $1.symbol.utf8.count + $1.instruction.utf8.count }
            let fields = library.fields.reduce(0) { $0 + 64 + $1.type.utf8.count + $1.field.utf8.count }
            let missing = library.missing.reduce(0) {
                $0 + 64 + $1.what.utf8.count + $1.reason.utf8.count + $1.consequence.utf8.count
            }
            return size + 128 + probes + fields + missing
        }
    }
}
