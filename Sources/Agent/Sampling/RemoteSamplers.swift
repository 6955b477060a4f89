internal import OTLP
package import Spans
internal import Synchronization

/// Asks servers how to sample, each again and again, as long as somebody follows what it says.
package final class RemoteSamplers: Sendable {
    package enum Notice: Sendable, Equatable {
        /// - Parameter hasMore: rates by operation, which aren't obeyed.
        case says(url: String, SampledShare, hasMore: Bool)
        /// What it said last goes on to count, or else the initial rate.
        case failed(url: String, reason: String)
        /// - Parameter owner: whose limit it is; nil for that of all.
        case tooMany(limit: Int, owner: Owner?)
    }

    /// Who shares a part of the limit.
    package enum Owner: Sendable, Hashable {
        case namespace(String)
        /// Processes of no pod.
        case processes
    }

    private struct Source {
        /// Who asked for it first; nil for the operator.
        let owner: Owner?
        var share: SampledShare?
        /// The shortest that anybody wants.
        var interval: Duration
        /// When somebody wanted to know last.
        var wanted: ContinuousClock.Instant
        /// What has been reported last.
        var told: Told?
        /// Nothing is reported before.
        var quietUntil: ContinuousClock.Instant?
    }

    private enum Told: Equatable {
        case says(SampledShare)
        case failed
    }

    private struct State {
        var sources: [RemoteSamplingSource: Source] = [:]
        /// Of whom it was told that there are too many.
        var told: Set<Owner?> = []
    }

    package static let limit = 64
    /// Those that one owner may have asked for first.
    package static let ownersLimit = 16
    /// Of so many owners it is known that they were told of; then they may be told of again.
    private static let toldLimit = 1024
    /// Those that follow one ask every few seconds.
    private static let patience = Duration.seconds(60)
    /// A server that says another thing each time is told of no more often than this.
    private static let quiet = Duration.seconds(60)
    /// Between two changes, as all processes are looked at after one.
    static let pause = Duration.seconds(10)

    /// Yields when servers say something else, while `run` runs: at once, and then no more often than every ten seconds.
    package let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation
    private let answers: AsyncStream<Void>
    private let answered: AsyncStream<Void>.Continuation
    private let begins: AsyncStream<RemoteSamplingSource>
    private let begun: AsyncStream<RemoteSamplingSource>.Continuation
    private let fetch: @Sendable (RemoteSamplingSource) async -> DocumentReader.Outcome
    private let sleep: @Sendable (Duration) async throws -> Void
    private let now: @Sendable () -> ContinuousClock.Instant
    private let report: @Sendable (Notice) -> Void
    private let state = Mutex(State())

    /// - Parameter report: told what servers say, when that is something new.
    package convenience init(userAgent: String, report: @escaping @Sendable (Notice) -> Void) {
        let reader = DocumentReader(userAgent: userAgent)
        self.init(report: report) { source in
            let judge = source.policy.map { policy in { @Sendable (address: String) in policy.refusal(of: address) } }
            return await reader.read(url: source.url, host: source.host, judge: judge)
        }
    }

    init(
        report: @escaping @Sendable (Notice) -> Void,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        fetch: @escaping @Sendable (RemoteSamplingSource) async -> DocumentReader.Outcome
    ) {
        (changes, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        (answers, answered) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        (begins, begun) = AsyncStream.makeStream(
            of: RemoteSamplingSource.self, bufferingPolicy: .bufferingOldest(Self.limit))
        self.fetch = fetch
        self.sleep = sleep
        self.now = now
        self.report = report
    }

    /// What a server says now, which is asked from now on; nil as long as it has said nothing.
    /// - Parameter owner: nil for the operator.
    func share(by source: RemoteSamplingSource, every interval: Duration, for owner: Owner?) -> SampledShare? {
        let (share, notice) = state.withLock { state -> (SampledShare?, Notice?) in
            if var known = state.sources[source] {
                known.wanted = now()
                known.interval = min(known.interval, interval)
                state.sources[source] = known
                return (known.share, nil)
            }
            if let (limit, owner) = Self.fullness(for: owner, state) {
                if state.told.count >= Self.toldLimit { state.told = [] }
                return (nil, state.told.insert(owner).inserted ? .tooMany(limit: limit, owner: owner) : nil)
            }
            guard case .enqueued = begun.yield(source) else { return (nil, nil) }
            state.sources[source] = Source(owner: owner, interval: interval, wanted: now())
            return (nil, nil)
        }
        if let notice { report(notice) }
        return share
    }

    /// The limit that is reached, and whose it is; nil while there is room.
    private static func fullness(for owner: Owner?, _ state: State) -> (Int, Owner?)? {
        if let owner, state.sources.values.count(where: { $0.owner == owner }) >= ownersLimit {
            return (ownersLimit, owner)
        }
        return state.sources.count >= limit ? (limit, nil) : nil
    }

    /// Until cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.passChangesOn() }
            for await source in begins { group.addTask { await self.follow(source) } }
            group.cancelAll()
        }
    }

    private func follow(_ source: RemoteSamplingSource) async {
        while !Task.isCancelled, interval(of: source) != nil {
            settle(await fetch(source), source)
            // By chance up to a tenth longer, so that the agents of many nodes don't ask at one moment.
            let stretch = Double.random(in: 1...1.1)
            var waited = Duration.zero
            // Meanwhile somebody may want it sooner, or nobody any more.
            while let interval = interval(of: source), waited < interval * stretch {
                let next = min(interval * stretch - waited, Self.patience)
                guard (try? await sleep(next)) != nil else { return }
                waited += next
            }
        }
    }

    private func passChangesOn() async {
        for await _ in answers {
            changed.yield()
            guard (try? await sleep(Self.pause)) != nil else { return }
        }
    }

    /// Nil when nobody wants to know any more.
    private func interval(of source: RemoteSamplingSource) -> Duration? {
        state.withLock { state in
            guard let known = state.sources[source] else { return nil }
            if now() - known.wanted <= Self.patience { return known.interval }
            state.sources[source] = nil
            return nil
        }
    }

    private func settle(_ outcome: DocumentReader.Outcome, _ source: RemoteSamplingSource) {
        if Task.isCancelled { return }
        let (url, answer, reason): (String, SamplingAnswer?, String) =
            switch outcome {
            case .document(let bytes): (source.url, SamplingAnswer(bytes), "its answer is no sampling strategy")
            case .failed(let reason): (source.url, nil, reason)
            }
        let (notice, isNew) = state.withLock { state -> (Notice?, Bool) in
            guard let known = state.sources[source] else { return (nil, false) }
            let isNew = answer != nil && answer?.share != known.share
            if let answer { state.sources[source]?.share = answer.share }
            let told = answer.map { Told.says($0.share) } ?? .failed
            // What it says or fails at by then is told of when the quiet is over.
            if told == known.told || known.quietUntil.map({ now() < $0 }) == true { return (nil, isNew) }
            state.sources[source]?.told = told
            guard let answer else { return (.failed(url: url, reason: reason), isNew) }
            state.sources[source]?.quietUntil = now() + Self.quiet
            return (.says(url: url, answer.share, hasMore: answer.hasMore), isNew)
        }
        if let notice { report(notice) }
        if isNew { answered.yield() }
    }
}

extension RemoteSamplers.Notice: CustomStringConvertible {
    package var description: String {
        switch self {
        case .says(let url, let share, let hasMore):
            "\(url) says to keep \(share)\(hasMore ? "; what it says of single operations can't be obeyed" : "")"
        case .failed(let url, let reason):
            "\(url) doesn't say how to sample: \(reason); what it said last goes on to count, or else the initial rate, and "
                + "nodespan asks again"
        case .tooMany(let limit, let owner):
            "\(limit) servers and services are asked how to sample\(owner.map { ", for \($0)" } ?? ""), and no more: for others, "
                + "the initial rate counts"
        }
    }
}

extension RemoteSamplers.Owner: CustomStringConvertible {
    package var description: String {
        switch self {
        case .namespace(let name): "namespace \(name)"
        case .processes: "what processes of no pod ask for themselves"
        }
    }
}
