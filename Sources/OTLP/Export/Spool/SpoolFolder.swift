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
        var waiting = SpoolLine()
        /// It is another's now.
        var isReleased = false
        /// How often in a row the disk has failed to give a batch, by its sequence.
        var failedReads: [UInt64: Int] = [:]
        var next: UInt64 = 1
        var summary = SpoolSummary()
    }

    /// Beyond what a file of ours ever has.
    private static let sizeLimit = 64 << 20
    static let draft = "draft"
    private static let aside = ".unreadable"
    /// After so many that failed, a batch is given up: others wait behind it.
    private static let readsLimit = 5

    private let spool: Spool
    let name: String
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
            summary.waiting = state.waiting.spans
            return summary
        }
    }

    /// Whether the spool may have made a file, by its name. Others are none of its business.
    static func isKnown(_ file: String) -> Bool {
        file == draft || file.hasSuffix(SpooledBatch.suffix) || file.hasSuffix(aside)
    }

    var isEmpty: Bool { state.withLock { $0.waiting.isEmpty } }

    /// Another exporter has it, and `open` will wait for that.
    var isHeldByAnother: Bool { spool.isHeld(self) }

    /// Waits until no other has it, and finds what the one before or an earlier run has left. Nil when all is well, or its
    /// task was cancelled.
    func open() async -> Errno? {
        while !Task.isCancelled {
            switch spool.claim(self) {
            case .granted: return await load()
            case .inherited(let other):
                inherit(other)
                return nil
            case .held(let released): for await _ in released {}
            }
        }
        return nil
    }

    private func inherit(_ other: SpoolFolder) {
        let (directory, waiting, next) = other.state.withLock { state in
            defer { state.waiting = SpoolLine() }
            state.summary.carried -= Int64(state.waiting.spans)
            return (state.directory, state.waiting, state.next)
        }
        state.withLock { state in
            (state.directory, state.waiting, state.next) = (directory, waiting, next)
            state.summary.carried += Int64(waiting.spans)
        }
    }

    private func load() async -> Errno? {
        await spool.perform { () -> Errno? in
            do throws(Errno) {
                try self.load(self.spool.open(self.name))
                return nil
            } catch {
                self.state.withLock { $0.summary.failures += 1 }
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
            } else if name.hasSuffix(SpooledBatch.suffix) {
                try directory.rename(name, to: name + Self.aside)
                strangers += 1
            }
        }
        found.sort { $0.sequence < $1.sequence }
        state.withLock { state in
            guard !state.isReleased else { return }
            state.directory = directory
            state.waiting = SpoolLine(found)
            state.next = (found.last?.sequence ?? 0) + 1
            state.summary.restored = state.waiting.spans
            state.summary.unreadable = strangers
        }
    }

    /// The oldest; it isn't given again until it is put back.
    func next() -> SpooledBatch? {
        state.withLock { $0.waiting.popFirst() }
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
        // Nobody waits for it any more, and the folder may be another's.
        guard claim.isOpen else { return .cancelled }
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
            try directory.rename(Self.draft, to: stored.name)
        } catch {
            discard([Self.draft, stored.name], bytes.count, directory)
            state.withLock { $0.summary.failures += 1 }
            return .failed(error)
        }
        // Only what is on disk is told to be there; and it is in the books by then.
        let isStored = claim.settle {
            state.withLock { state in
                state.waiting.append(stored)
                state.summary.stored += UInt64(batch.spanCount)
            }
        }
        guard isStored else {
            discard([stored.name], bytes.count, directory)
            return .cancelled
        }
        return .stored
    }

    /// Removes what a batch was written to, and gives its room back.
    private func discard(_ names: [String], _ size: Int, _ directory: SpoolDirectory) {
        do throws(Errno) {
            for name in names { try directory.remove(name) }
            spool.giveBack(size, of: name)
        } catch {
            // It goes on taking room.
            state.withLock { $0.summary.failures += 1 }
        }
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
                state.withLock { _ = $0.failedReads.removeValue(forKey: batch.sequence) }
                return .request(request)
            }
            try directory.rename(batch.name, to: batch.name + Self.aside)
        } catch {
            // Somebody has taken it away, or made it something else; another try might well do for the rest.
            if error == .noSuchFileOrDirectory || error == .tooManySymbolicLinkLevels {
                spool.giveBack(batch.byteCount, of: name)
            } else {
                guard hasFailedForGood(batch) else { return .unavailable }
                // It goes on taking room, under this name or that.
                try? directory.rename(batch.name, to: batch.name + Self.aside)
            }
        }
        state.withLock { state in
            state.failedReads[batch.sequence] = nil
            state.summary.unreadable += 1
        }
        return .unreadable
    }

    /// Counts that the disk hasn't given it. Returns whether that was once too often.
    private func hasFailedForGood(_ batch: SpooledBatch) -> Bool {
        state.withLock { state in
            state.summary.failures += 1
            let count = (state.failedReads[batch.sequence] ?? 0) + 1
            state.failedReads[batch.sequence] = count
            return count >= Self.readsLimit
        }
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

    /// To be called last, by the exporter that has opened it: lets the next one have it.
    func release() {
        let isEmpty = state.withLock { state in
            state.isReleased = true
            return state.waiting.isEmpty
        }
        spool.release(self, isEmpty: isEmpty)
    }

    /// After `release`: what it was left with is for the next run, and nobody takes it over in this one.
    func retire() { spool.retire(self) }
}

/// Settles whether a batch is stored or its storing given up, whichever comes first.
private final class StoreClaim: Sendable {
    private enum Phase {
        case open
        case stored
        case cancelled
    }

    private let phase = Mutex(Phase.open)

    var isOpen: Bool { phase.withLock { $0 == .open } }

    /// False when it was given up.
    /// - Parameter body: done before anybody is told that it is stored.
    func settle(_ body: () -> Void) -> Bool {
        phase.withLock { phase in
            guard phase == .open else { return false }
            body()
            phase = .stored
            return true
        }
    }

    /// False when it is stored.
    func cancel() -> Bool {
        phase.withLock { phase in
            if phase == .open { phase = .cancelled }
            return phase == .cancelled
        }
    }
}
