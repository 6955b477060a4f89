/// A secret that is known by its form, in a text from a stranger: each is looked for in time proportional to the text.
package enum SecretKind: String, CaseIterable, Sendable {
    /// An address of mail, percent-encoded or not.
    case email
    /// The number of a payment card: 13 to 19 digits, in groups or not, of which the last checks the others (ISO/IEC 7812-1).
    case card
    /// What follows `Bearer` or `Basic` (RFC 6750, RFC 7617).
    case bearer
    /// A JSON Web Token (RFC 7519).
    case jwt

    typealias Text = UnsafeBufferPointer<UInt8>

    /// The first from a place on.
    func first(in text: Text, from start: Int) -> Range<Int>? {
        var place = start
        while place < text.count {
            var next = place + 1
            let found: Range<Int>? =
                switch self {
                case .email: Self.email(in: text, around: place, from: start)
                case .card: Self.card(in: text, at: place)
                case .bearer: Self.token(in: text, at: place)
                case .jwt: Self.jwt(in: text, at: place, next: &next)
                }
            if let found { return found }
            place = next
        }
        return nil
    }

    /// - Parameter place: where the at sign may be.
    private static func email(in text: Text, around place: Int, from start: Int) -> Range<Int>? {
        let isEncoded = text[place] == UInt8(ascii: "%") && has("%40", in: text, at: place)
        guard isEncoded || text[place] == UInt8(ascii: "@") else { return nil }
        var first = place
        while first > start, place - first < 64, isWord(text[first - 1]) || ".%+-_".utf8.contains(text[first - 1]) {
            first -= 1
        }
        let domain = place + (isEncoded ? 3 : 1)
        var (end, dot) = (domain, Int?.none)
        while end < text.count, end - domain < 255, isWord(text[end]) || "-.".utf8.contains(text[end]) {
            if text[end] == UInt8(ascii: ".") {
                // A second one ends a sentence, or is none.
                guard end > domain, end + 1 < text.count, isWord(text[end + 1]) else { break }
                dot = end
            }
            end += 1
        }
        guard first < place, let dot, end - dot > 2 else { return nil }
        return first..<end
    }

    private static func card(in text: Text, at place: Int) -> Range<Int>? {
        guard isDigit(text[place]), place == 0 || !isDigit(text[place - 1]) else { return nil }
        // Numbers of cards begin with 2 to 6; all zeros would pass, too.
        guard (UInt8(ascii: "2")...UInt8(ascii: "6")).contains(text[place]) else { return nil }
        // The sum with the first, third... digit doubled, and with the others: which counts, the last one tells.
        var sums = (oddDoubled: 0, evenDoubled: 0)
        var (count, at, end) = (0, place, Int?.none)
        while at < text.count, count < 19 {
            if isDigit(text[at]) {
                let digit = Int(text[at] - UInt8(ascii: "0"))
                let doubled = digit * 2 / 10 + digit * 2 % 10
                count += 1
                sums.oddDoubled += count % 2 == 1 ? doubled : digit
                sums.evenDoubled += count % 2 == 0 ? doubled : digit
                at += 1
                let isWhole = at == text.count || !isDigit(text[at])
                let sum = count % 2 == 0 ? sums.oddDoubled : sums.evenDoubled
                if isWhole, count >= 13, sum % 10 == 0 { end = at }
            } else if " -+".utf8.contains(text[at]), at + 1 < text.count, isDigit(text[at + 1]) {
                at += 1
            } else if has("%20", in: text, at: at), at + 3 < text.count, isDigit(text[at + 3]) {
                at += 3
            } else {
                break
            }
        }
        return end.map { place..<$0 }
    }

    private static func token(in text: Text, at place: Int) -> Range<Int>? {
        let scheme = has("bearer", in: text, at: place) ? 6 : has("basic", in: text, at: place) ? 5 : 0
        guard scheme > 0, place == 0 || !isWord(text[place - 1]) else { return nil }
        var first = place + scheme
        while first < text.count, " +".utf8.contains(text[first]) || has("%20", in: text, at: first) {
            first += text[first] == UInt8(ascii: "%") ? 3 : 1
        }
        guard first > place + scheme else { return nil }
        var end = first
        while end < text.count, isWord(text[end]) || "-._~+/=%".utf8.contains(text[end]) { end += 1 }
        // "bearer of", "basic auth" are none.
        return end - first >= 8 ? first..<end : nil
    }

    /// Its header is an object: in Base64, {" begins with eyJ.
    /// - Parameter next: set to where the next one may begin when none does here.
    private static func jwt(in text: Text, at place: Int, next: inout Int) -> Range<Int>? {
        guard text[place] == UInt8(ascii: "e"), place + 2 < text.count, text[place + 1] == UInt8(ascii: "y"),
            text[place + 2] == UInt8(ascii: "J"), place == 0 || !isWord(text[place - 1])
        else { return nil }
        var (end, dots) = (place, 0)
        while end < text.count, isWord(text[end]) || "-_.".utf8.contains(text[end]) {
            if text[end] == UInt8(ascii: ".") { dots += 1 }
            end += 1
        }
        // In the rest of it there are no more dots.
        next = end
        return dots >= 2 ? place..<end : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// A letter, a digit, or a part of a character that isn't ASCII.
    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte >= 0x80
    }

    /// Without regard to case.
    private static func has(_ word: StaticString, in text: Text, at place: Int) -> Bool {
        word.withUTF8Buffer { word in
            guard place + word.count <= text.count else { return false }
            for index in word.indices {
                let byte = text[place + index]
                let isLetter = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                if word[index] != (isLetter ? byte | 0x20 : byte) { return false }
            }
            return true
        }
    }
}
