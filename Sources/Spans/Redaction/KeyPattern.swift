/// A key of an attribute, in which `*` stands for any characters, and `?` for one.
package struct KeyPattern: Hashable, Sendable {
    package let text: String
    private let bytes: [UInt8]
    /// Matches itself and nothing else.
    private let isKey: Bool

    private static let (star, question) = (UInt8(ascii: "*"), UInt8(ascii: "?"))

    /// Nil for an empty pattern, which no key matches.
    package init?(_ text: String) {
        if text.isEmpty { return nil }
        self.text = text
        bytes = Array(text.utf8)
        isKey = !bytes.contains { $0 == Self.star || $0 == Self.question }
    }

    /// Takes no longer than the product of both lengths.
    func matches(_ key: String) -> Bool {
        if isKey { return key == text }
        var key = key
        return key.withUTF8 { matches($0) }
    }

    private func matches(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
        var (place, at) = (0, 0)
        // Where the last star is, and up to where of the key it reaches: only that one needs to be tried further.
        var retry: (place: Int, at: Int)?
        while at < key.count {
            if place < bytes.count, bytes[place] == Self.star {
                retry = (place, at)
                place += 1
            } else if place < bytes.count, bytes[place] == Self.question || bytes[place] == key[at] {
                (place, at) = (place + 1, at + 1)
            } else if let last = retry {
                retry = (last.place, last.at + 1)
                (place, at) = (last.place + 1, last.at + 1)
            } else {
                return false
            }
        }
        return bytes[place...].allSatisfy { $0 == Self.star }
    }
}
