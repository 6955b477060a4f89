import Glibc
import Synchronization

/// What this process has armed, on disk before it is armed: one file in a folder that the next start looks through.
package final class ArmedLedger: Sendable {
    package static let defaultFolder = "/run/nodespan/armed"

    private struct State {
        var files: [UInt64: ArmedFile] = [:]
        var nextEntry: UInt64 = 0
    }

    private let folder: String
    private let path: String
    private let state = Mutex(State())

    /// - Parameter folder: created, with those above it, if missing; for its owner only.
    package init(folder: String = ArmedLedger.defaultFolder) throws(BPFError) {
        self.folder = folder
        path = "\(folder)/\(try RecordOwner.current().fileName)"
        var partial = ""
        for part in folder.split(separator: "/") {
            partial += "/" + part
            if mkdir(partial, partial == folder ? 0o700 : 0o755) != 0, errno != EEXIST {
                throw BPFError("create folder", on: partial, code: errno)
            }
        }
    }

    /// Records a file; on return that is on disk. The entry's number is for `remove`.
    func add(_ file: ArmedFile) throws(BPFError) -> UInt64 {
        try changed { state in
            state.nextEntry += 1
            state.files[state.nextEntry] = file
            return state.nextEntry
        }
    }

    /// Forgets a file. Does nothing when that was done before.
    func remove(_ entry: UInt64) throws(BPFError) {
        try changed { state in
            state.files[entry] = nil
        }
    }

    /// Changes the entries and the file together; neither when the file can't be written.
    private func changed<Value>(_ change: (inout State) -> Value) throws(BPFError) -> Value where Value: Sendable {
        try state.withLock { state throws(BPFError) in
            var new = state
            let value = change(&new)
            if new.files != state.files {
                if new.files.isEmpty {
                    if unlink(path) != 0, errno != ENOENT { throw BPFError("remove", on: path, code: errno) }
                } else {
                    try write(ArmedRecord(files: new.files.sorted { $0.key < $1.key }.map(\.value)))
                }
            }
            state = new
            return value
        }
    }

    private func write(_ record: ArmedRecord) throws(BPFError) {
        let draft = path + ".new"
        let file = try OwnedDescriptor(opening: draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o600)
        var text = record.text
        let written = text.withUTF8 { Glibc.write(file.number, $0.baseAddress, $0.count) == $0.count }
        if !written { throw BPFError("write", on: draft, code: errno) }
        if fsync(file.number) != 0 { throw BPFError("sync", on: draft, code: errno) }
        if rename(draft, path) != 0 { throw BPFError("rename", on: draft, code: errno) }
        let parent = try OwnedDescriptor(opening: folder, O_RDONLY | O_DIRECTORY)
        if fsync(parent.number) != 0 { throw BPFError("sync", on: folder, code: errno) }
    }
}
