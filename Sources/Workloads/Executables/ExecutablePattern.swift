internal import Glibc

/// Which executables are meant: a pattern as fnmatch(3) takes it, of the whole path, or of its last component when there is no
/// slash in the pattern. `*` and `?` match a slash, too.
package struct ExecutablePattern: Hashable, Sendable {
    package let text: String

    /// Nil for an empty pattern, which no executable matches.
    package init?(_ text: String) {
        guard !text.isEmpty, !text.utf8.contains(0) else { return nil }
        self.text = text
    }

    /// - Parameter path: as /proc/PID/exe shows it; what the kernel says of a removed file is no part of it.
    package func matches(_ path: String) -> Bool {
        let path = path.hasSuffix(Self.removed) ? path.dropLast(Self.removed.count) : path[...]
        let subject = text.contains("/") ? path : path.split(separator: "/").last ?? ""
        return fnmatch(text, String(subject), 0) == 0
    }

    /// How the last component of every path that matches begins; empty where that can't be said.
    package var nameBeginning: String {
        let tail = text.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        let beginning = tail.prefix { !"*?[\\".contains($0) }
        // In a pattern with a slash, a special character may stand for more slashes, and brackets may hold them.
        let isSure = !text.contains("/") || (beginning.count == tail.count && !text.contains("["))
        return isSure ? String(beginning) : ""
    }

    private static let removed = " (deleted)"
}
