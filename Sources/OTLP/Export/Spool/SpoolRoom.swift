/// What the files of a spool take of the disk, of all destinations and of each.
struct SpoolRoom {
    private struct Use {
        /// Whole blocks.
        var bytes = 0
        var files = 0
    }

    /// Files, of all destinations: each takes an inode, and memory while it waits.
    static let filesLimit = 1 << 16
    /// A file takes whole ones of the disk.
    static let block = 4096
    /// One destination may have so many times the room that it leaves to others: alone, four fifths of all.
    private static let share = 4

    private let limit: Int
    private var all = Use()
    private var parts: [String: Use] = [:]

    /// - Parameter limit: bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// Takes room for a file. Returns whether there was enough.
    mutating func reserve(_ bytes: Int, for folder: String) -> Bool {
        let size = Self.blocks(bytes)
        let part = parts[folder] ?? Use()
        let left = Use(bytes: limit - all.bytes - size, files: Self.filesLimit - all.files - 1)
        guard left.bytes >= 0, left.files >= 0, part.bytes + size <= Self.share * left.bytes,
            part.files + 1 <= Self.share * left.files
        else { return false }
        add(bytes, to: folder)
        return true
    }

    /// Counts a file that is there already.
    mutating func add(_ bytes: Int, to folder: String) {
        change(folder, by: Self.blocks(bytes), 1)
    }

    mutating func giveBack(_ bytes: Int, of folder: String) {
        change(folder, by: -Self.blocks(bytes), -1)
    }

    private mutating func change(_ folder: String, by bytes: Int, _ files: Int) {
        all.bytes += bytes
        all.files += files
        var part = parts[folder] ?? Use()
        part.bytes += bytes
        part.files += files
        parts[folder] = part.files == 0 ? nil : part
    }

    private static func blocks(_ bytes: Int) -> Int { (bytes + block - 1) / block * block }
}
