internal import Glibc

/// The header Retry-After (RFC 9110, section 10.2.3): seconds, or a date.
enum RetryAfter {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The time to wait, or nil for what can't be read.
    /// - Parameter unixTime: now, in seconds.
    static func delay(_ text: String, unixTime: Int64) -> Duration? {
        if let seconds = UInt32(text) { return .seconds(Int64(seconds)) }
        return date(text).map { .seconds(max(0, $0 - unixTime)) }
    }

    /// Unix time of "Sun, 06 Nov 1994 08:49:37 GMT", the one form that servers may send (RFC 9110, section 5.6.7).
    private static func date(_ text: String) -> Int64? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 6, words[0].count == 4, words[0].hasSuffix(","), words[5] == "GMT",
            let month = months.firstIndex(of: String(words[2]))
        else { return nil }
        let clock = words[4].split(separator: ":", omittingEmptySubsequences: false)
        let numbers = ([words[1], words[3]] + clock).map { Int32($0) ?? -1 }
        guard numbers.count == 5, zip(numbers, [31, 9999, 23, 59, 60]).allSatisfy({ (0...$1).contains($0) }) else {
            return nil
        }
        var date = tm()
        (date.tm_mday, date.tm_mon, date.tm_year) = (numbers[0], Int32(month), numbers[1] - 1900)
        (date.tm_hour, date.tm_min, date.tm_sec) = (numbers[2], numbers[3], numbers[4])
        return Int64(timegm(&date))
    }
}
