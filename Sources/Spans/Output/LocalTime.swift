internal import Glibc

/// The time of day in a time zone.
package struct LocalTime: Hashable, Sendable {
    package var hour: Int
    package var minute: Int
    package var second: Int

    package init(hour: Int, minute: Int, second: Int) {
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// In this machine's time zone (TZ or /etc/localtime).
    package static func local(unixSeconds: Int64) -> LocalTime {
        var time = time_t(unixSeconds)
        var parts = tm()
        localtime_r(&time, &parts)
        return LocalTime(hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: Int(parts.tm_sec))
    }
}
