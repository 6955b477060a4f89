import TestSupport

/// CPU time that the threads of a running process have used so far, by name.
struct ThreadTimes {
    private let times: [String: Duration]

    init(of pid: Int32) throws(SystemCallFailure) {
        var times: [String: Duration] = [:]
        for thread in try fileNames(in: "/proc/\(pid)/task") {
            let folder = "/proc/\(pid)/task/\(thread)"
            // One that has ended meanwhile has used little.
            guard let name = try? readFile("\(folder)/comm"), let statistics = try? readFile("\(folder)/schedstat"),
                let first = String(decoding: statistics, as: UTF8.self).split(separator: " ").first,
                let nanoseconds = Int64(first)
            else { continue }
            times[String(decoding: name.dropLast(), as: UTF8.self), default: .zero] += .nanoseconds(nanoseconds)
        }
        self.times = times
    }

    /// Of the thread that reads finished spans.
    var reading: Duration { times["ring spans"] ?? .zero }
    var all: Duration { times.values.reduce(.zero, +) }
}
