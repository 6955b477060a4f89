internal import Glibc

/// A name with `*`, `?` and `[...]` as in fnmatch(3), which match a slash, too.
package struct NamePattern: Hashable, Sendable {
    package let text: String

    /// Nil for an empty pattern, which no name matches.
    package init?(_ text: String) {
        guard !text.isEmpty, !text.utf8.contains(0) else { return nil }
        self.text = text
    }

    package func matches(_ name: String) -> Bool { fnmatch(text, name, 0) == 0 }
}
