internal import Synchronization
internal import SystemPackage

/// The batches of one destination that are on disk, oldest first. Used by one exporter at a time.
package final class SpoolFolder: Sendable {
    /// What became of a batch that was to be stored.
    enum Outcome: Sendable {
        case stored
        /// There is no room for it.
        case full
        case failed(Errno)
        /// Its task was cancelled before that was known; it isn't stored.
        case cancelled
    }

    private struct State {
        var directory: SpoolDirectory?
        var waiting: [SpooledBatch] = []
        var next: UInt64 = 1
        var summary = SpoolSummary()
    }

    /// Beyond what a file of ours ever has.
    private static let sizeLimit = 64 << 20
    private static let draft = "draft"
    private static let aside = ".unreadable"

    private let spool: Spool
    private let name: String
    private let hash: SipHash
    private let state = Mutex(State())

    init(spool: Spool, name: String, hash: SipHash) {
        self.spool = spool
        self.name = name
        self.hash = hash
    }

    var summary: SpoolSummary {
        state.withLock { state in
            var summary = state.summary
            summary.waiting = UInt64(state.waiting.reduce(0) { $0 + $1.spanCount })
            return summary
        }
    }

    var isEmpty: Bool { state.withLock { $0.waiting.isEmpty } }

    /// Finds what an earlier run has left. Nil when all is well.
    func open() async -> Errno? {
        await spool.perform { () -> Errno? in
            do throws(Errno) {
                try self.load(self.spool.open(self.name))
                return nil
            } catch {
                return error
            }
        } ?? nil
    }

    private func load(_ directory: SpoolDirectory) throws(Errno) {
        var found: [SpooledBatch] = []
        var strangers: UInt64 = 0
        for file in try directory.files() {
            let (name, size) = (file.name, file.size)
            if let batch = SpooledBatch(name: name, byteCount: size) {
                found.append(batch)
            } else if name == Self.draft {
                try directory.remove(name)
                spool.giveBack(size, of: self.name)
            } else if !name.hasSuffix(Self.aside) {
                try directory.rename(name, to: name + Self.aside)
                strangers += 1
            }
        }
        found.sort { $0.sequence < $1.sequence }
        state.withLock { state in
            state.directory = directory
            state.waiting = found
            state.next = (found.last?.sequence ?? 0) + 1
            state.summary.restored = UInt64(found.reduce(0) { $0 + $1.spanCount })
            state.summary.unreadable = strangers
        }
    }

    /// The oldest; it isn't given again until it is put back.
    func next() -> SpooledBatch? {
        state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    }

    /// Behind all others: what one of them suffers from may be its own.
    func putBack(_ batch: SpooledBatch) {
        state.withLock { $0.waiting.append(batch) }
    }

    /// Writes a batch behind the others.
    func store(_ batch: SpanQueue.Batch) async -> Outcome {
        let claim = StoreClaim()
        if let outcome = await spool.perform({ self.write(batch, claim) }) { return outcome }
        return claim.cancel() ? .cancelled : .stored
    }

    private func write(_ batch: SpanQueue.Batch, _ claim: StoreClaim) -> Outcome {
        let (directory, sequence) = state.withLock { state in
            defer { state.next += 1 }
            return (state.directory, state.next)
        }
        guard let directory else { return .failed(.badFileDescriptor) }
        let bytes = SpoolFile.bytes(batch, hash)
        guard spool.reserve(bytes.count, for: name) else { return .full }
        let stored = SpooledBatch(
            sequence: sequence, spanCount: batch.spanCount, byteCount: bytes.count, shares: batch.shares)
        do throws(Errno) {
            try directory.write(bytes, to: Self.draft)
            guard claim.settle() else {
                try directory.remove(Self.draft)
                spool.giveBack(bytes.count, of: name)
                return .cancelled
            }
            try directory.rename(Self.draft, to: stored.name)
        } catch {
            // Without its name it is nothing to anybody, and overwritten by the next.
            try? directory.remove(Self.draft)
            spool.giveBack(bytes.count, of: name)
            state.withLock { $0.summary.failures += 1 }
            return .failed(error)
        }
        state.withLock { state in
            state.waiting.append(stored)
            state.summary.stored += UInt64(batch.spanCount)
        }
        return .stored
    }

    /// What became of a batch that was to be read.
    enum Contents: Sendable {
        case request([UInt8])
        /// The file isn't what was written, and is set aside.
        case unreadable
        /// The disk doesn't answer, or its task was cancelled: it stays as it is.
        case unavailable
    }

    func read(_ batch: SpooledBatch) async -> Contents {
        await spool.perform { self.readNow(batch) } ?? .unavailable
    }

    private func readNow(_ batch: SpooledBatch) -> Contents {
        guard let directory = state.withLock({ $0.directory }) else { return .unavailable }
        do throws(Errno) {
            if let bytes = try directory.read(batch.name, limit: Self.sizeLimit),
                let request = SpoolFile.request(in: bytes, of: batch, hash)
            {
                return .request(request)
            }
            try directory.rename(batch.name, to: batch.name + Self.aside)
        } catch {
            // Somebody has taken it away, or made it something else; another try might well do for the rest.
            guard error == .noSuchFileOrDirectory || error == .tooManySymbolicLinkLevels else { return .unavailable }
            spool.giveBack(batch.byteCount, of: name)
        }
        state.withLock { $0.summary.unreadable += 1 }
        return .unreadable
    }

    /// A batch has come to its end. Nobody waits for that of its file.
    func remove(_ batch: SpooledBatch) {
        spool.performLater {
            guard let directory = self.state.withLock({ $0.directory }) else { return }
            do throws(Errno) {
                try directory.remove(batch.name)
                self.spool.giveBack(batch.byteCount, of: self.name)
            } catch {
                self.state.withLock { $0.summary.failures += 1 }
            }
        }
    }

    /// Waits for what is under way. Nothing is to be stored any more.
    func finish() async {
        await spool.perform {}
    }

    /// To be called last.
    func release() {
        if isEmpty { spool.release(name) }
    }
}

/// Settles whether a batch is stored or its storing given up, whichever comes first.
private final class StoreClaim: Sendable {
    private enum Phase {
        case open
        case stored
        case cancelled
    }

    private let phase = Mutex(Phase.open)

    /// False when it was given up.
    func settle() -> Bool { move(to: .stored) }

    /// False when it is stored.
    func cancel() -> Bool { move(to: .cancelled) }

    private func move(to next: Phase) -> Bool {
        phase.withLock { phase in
            if case .open = phase { phase = next }
            return phase == next
        }
    }
}
