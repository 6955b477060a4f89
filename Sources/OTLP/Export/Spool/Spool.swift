internal import Dispatch
internal import Glibc
internal import Synchronization
package import SystemPackage

/// Where batches are kept on disk while their destinations can't take them: a folder for each destination, and a bound for
/// all of them. What may block is done by a thread of its own.
package final class Spool: Sendable {
    private struct State {
        var room: SpoolRoom
        /// Who has a folder, by its name: an exporter that runs, or one that has left batches in it.
        var holders: [String: SpoolFolder] = [:]
        /// Folders whose batches are there for the next exporter.
        var left: Set<String> = []
        /// Those that wait for a folder.
        var waiters: [String: [AsyncStream<Void>.Continuation]] = [:]
    }

    private static let keyName = "key"
    /// After which nobody is thought to come for a batch any more, seconds.
    private static let lifetime = 7 * 24 * 3600

    /// Spans that an earlier run had left, and that were removed: for a week no destination has taken them.
    package let expired: UInt64

    private let root: SpoolDirectory
    /// Of its own for this folder: names tell nobody of whose destinations they are.
    private let key: [UInt8]
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "nodespan.spool")

    /// Opens a folder, made if missing, with what an earlier run has left there. One that isn't empty and has no key in it is
    /// not a spool's, and nothing in it is touched. May block.
    /// - Parameters:
    ///   - path: absolute.
    ///   - bytes: that it may take of the disk.
    ///   - unixTime: now, in seconds.
    /// - Throws: `Errno.directoryNotEmpty` for a folder that is something else's, `Errno.permissionDenied` for one that is
    ///   another user's or open to others.
    package init(path: String, bytes: Int, unixTime: Int) throws(Errno) {
        root = try SpoolDirectory(path: path)
        key = try Self.key(in: root)
        var room = SpoolRoom(limit: bytes)
        var expired: UInt64 = 0
        for name in try root.folders() where Self.isFolder(name) {
            let folder = try root.folder(name)
            var isEmpty = true
            for file in try folder.files() where SpoolFolder.isKnown(file.name) {
                guard file.name == SpoolFolder.draft || unixTime - file.changed > Self.lifetime else {
                    room.add(file.size, to: name)
                    isEmpty = false
                    continue
                }
                try folder.remove(file.name)
                expired += UInt64(SpooledBatch(name: file.name, byteCount: file.size)?.spanCount ?? 0)
            }
            if isEmpty { try root.removeFolder(name) }
        }
        state = Mutex(State(room: room))
        self.expired = expired
    }

    /// Whether it is named as the spool names its folders.
    private static func isFolder(_ name: String) -> Bool {
        name.utf8.count == 32 && name.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }

    private static func key(in root: SpoolDirectory) throws(Errno) -> [UInt8] {
        if try root.files().contains(where: { $0.name == keyName }) {
            guard let known = try root.read(keyName, limit: 2 * SipHash.keySize), known.count == 2 * SipHash.keySize
            else {
                throw .directoryNotEmpty
            }
            return known
        }
        // Of one that was about to be made nothing but the key's draft may be there.
        guard try root.isEmpty(butFor: "\(keyName).new") else { throw .directoryNotEmpty }
        var generator = SystemRandomNumberGenerator()
        let key = (0..<2 * SipHash.keySize).map { _ in UInt8.random(in: 0...UInt8.max, using: &generator) }
        try root.write(key, to: "\(keyName).new")
        try root.rename("\(keyName).new", to: keyName)
        return key
    }

    /// The folder of a destination, not opened yet. One exporter at a time has it: the next waits for it, and takes over what
    /// the one before has left in it.
    /// - Parameter identity: what tells the destination from all others. It is not kept.
    package func folder(for identity: [UInt8]) -> SpoolFolder {
        let halves = [key.prefix(SipHash.keySize), key.suffix(SipHash.keySize)].map { SipHash(key: $0).hash(identity) }
        let name = halves.map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
        return SpoolFolder(spool: self, name: name, hash: SipHash(key: key.prefix(SipHash.keySize)))
    }

    /// May block.
    func open(_ name: String) throws(Errno) -> SpoolDirectory { try root.folder(name) }

    /// What became of the wish to have a folder.
    enum Claim {
        case granted
        /// With what another has left in it, to be taken over.
        case inherited(from: SpoolFolder)
        /// Another has it; the stream ends or yields when it is worth another try.
        case held(AsyncStream<Void>)
    }

    func claim(_ folder: SpoolFolder) -> Claim {
        state.withLock { state in
            let name = folder.name
            guard let holder = state.holders[name] else {
                state.holders[name] = folder
                return .granted
            }
            guard state.left.remove(name) != nil else {
                let (released, waiter) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
                state.waiters[name, default: []].append(waiter)
                return .held(released)
            }
            state.holders[name] = folder
            return .inherited(from: holder)
        }
    }

    /// Whether an exporter that runs has it, other than its own.
    func isHeld(_ folder: SpoolFolder) -> Bool {
        state.withLock { state in
            guard let holder = state.holders[folder.name] else { return false }
            return holder !== folder && !state.left.contains(folder.name)
        }
    }

    /// Lets another have a folder, if this one has it.
    /// - Parameter isEmpty: nothing is left in it to take over.
    func release(_ folder: SpoolFolder, isEmpty: Bool) {
        let waiters = state.withLock { state -> [AsyncStream<Void>.Continuation] in
            guard state.holders[folder.name] === folder else { return [] }
            if isEmpty {
                state.holders[folder.name] = nil
            } else {
                state.left.insert(folder.name)
            }
            return state.waiters.removeValue(forKey: folder.name) ?? []
        }
        for waiter in waiters { waiter.finish() }
    }

    /// Keeps what a folder was left with for the next run.
    func retire(_ folder: SpoolFolder) {
        state.withLock { state in
            if state.holders[folder.name] === folder { state.left.remove(folder.name) }
        }
    }

    /// Takes room for a file. Returns whether there was enough.
    func reserve(_ bytes: Int, for folder: String) -> Bool {
        state.withLock { $0.room.reserve(bytes, for: folder) }
    }

    func giveBack(_ bytes: Int, of folder: String) {
        state.withLock { $0.room.giveBack(bytes, of: folder) }
    }

    /// Does on the spool's thread what may block. Nil when the caller's task is cancelled before it has ended; it goes on then.
    func perform<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value? {
        let (values, done) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingOldest(1))
        queue.async {
            done.yield(body())
            done.finish()
        }
        return await values.first { _ in true }
    }

    /// As `perform`, but nobody waits.
    func performLater(_ body: @escaping @Sendable () -> Void) {
        queue.async(execute: body)
    }
}
