internal import Dispatch
internal import Glibc
internal import Synchronization
package import SystemPackage

/// Where batches are kept on disk while their destinations can't take them: a folder for each destination, and a bound for
/// all of them. What may block is done by a thread of its own.
package final class Spool: Sendable {
    private struct State {
        /// Bytes, of all destinations.
        var used = 0
        /// As `used`, by folder.
        var parts: [String: Int] = [:]
        /// Folders that somebody has.
        var taken: Set<String> = []
    }

    /// One destination may have so many times the room that it leaves to others: alone, four fifths of all.
    private static let share = 4
    private static let keyName = "key"
    /// After which nobody is thought to come for a batch any more, seconds.
    private static let lifetime = 7 * 24 * 3600

    /// Spans that an earlier run had left, and that were removed: for a week no destination has taken them.
    package let expired: UInt64

    private let root: SpoolDirectory
    private let limit: Int
    /// Of its own for this folder: names tell nobody of whose destinations they are.
    private let key: [UInt8]
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "nodespan.spool")

    /// Opens a folder, made if missing, with what an earlier run has left there. May block.
    /// - Parameters:
    ///   - path: absolute.
    ///   - bytes: that it may take of the disk.
    ///   - unixTime: now, in seconds.
    package init(path: String, bytes: Int, unixTime: Int) throws(Errno) {
        root = try SpoolDirectory(path: path)
        limit = bytes
        key = try Self.key(in: root)
        var state = State()
        var expired: UInt64 = 0
        for name in try root.folders() {
            let folder = try root.folder(name)
            var size = 0
            for file in try folder.files() {
                guard unixTime - file.changed > Self.lifetime else {
                    size += file.size
                    continue
                }
                try folder.remove(file.name)
                expired += UInt64(SpooledBatch(name: file.name, byteCount: file.size)?.spanCount ?? 0)
            }
            state.parts[name] = size
            state.used += size
            if size == 0 { try root.removeFolder(name) }
        }
        self.state = Mutex(state)
        self.expired = expired
    }

    private static func key(in root: SpoolDirectory) throws(Errno) -> [UInt8] {
        if try root.files().contains(where: { $0.name == keyName }),
            let known = try root.read(keyName, limit: 2 * SipHash.keySize), known.count == 2 * SipHash.keySize
        {
            return known
        }
        var generator = SystemRandomNumberGenerator()
        let key = (0..<2 * SipHash.keySize).map { _ in UInt8.random(in: 0...UInt8.max, using: &generator) }
        try root.write(key, to: "\(keyName).new")
        try root.rename("\(keyName).new", to: keyName)
        return key
    }

    /// The folder of a destination, not opened yet. Nil while another exporter has it, and after one that has left batches in
    /// it: those are for the next run.
    /// - Parameter identity: what tells the destination from all others. It is not kept.
    package func folder(for identity: [UInt8]) -> SpoolFolder? {
        let halves = [key.prefix(SipHash.keySize), key.suffix(SipHash.keySize)].map { SipHash(key: $0).hash(identity) }
        let name = halves.map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
        guard state.withLock({ $0.taken.insert(name).inserted }) else { return nil }
        return SpoolFolder(spool: self, name: name, hash: SipHash(key: key.prefix(SipHash.keySize)))
    }

    /// May block.
    func open(_ name: String) throws(Errno) -> SpoolDirectory { try root.folder(name) }

    /// Lets another have a folder.
    func release(_ folder: String) {
        state.withLock { _ = $0.taken.remove(folder) }
    }

    /// Takes room for a file. Returns whether there was enough.
    func reserve(_ bytes: Int, for folder: String) -> Bool {
        state.withLock { state in
            let part = state.parts[folder] ?? 0
            guard state.used + bytes <= limit, part + bytes <= Self.share * (limit - state.used - bytes) else {
                return false
            }
            state.parts[folder] = part + bytes
            state.used += bytes
            return true
        }
    }

    func giveBack(_ bytes: Int, of folder: String) {
        state.withLock { state in
            state.parts[folder, default: 0] -= bytes
            state.used -= bytes
        }
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
