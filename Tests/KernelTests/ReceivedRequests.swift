/// What a receiver of Tests/Fixtures/digest has seen.
struct ReceivedRequests {
    private struct Request: Equatable {
        var traceparents: Int
        var digest: Substring
    }

    private var requests: [Substring: Request] = [:]

    /// - Parameter text: lines of an ID, the number of traceparents, and a digest of the rest.
    init(_ text: String) throws {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, let traceparents = Int(words[1]), requests[words[0]] == nil else {
                throw MalformedReport(line: String(line))
            }
            requests[words[0]] = Request(traceparents: traceparents, digest: words[2])
        }
    }

    var count: Int { requests.count }
    /// Those without a trace context of their own.
    var foreign: Int { requests.keys.count { !$0.hasSuffix("own") } }
    /// Those of them that have one nevertheless.
    var injected: Int { requests.count { !$0.key.hasSuffix("own") && $0.value.traceparents == 1 } }

    /// What is wrong with these, which came traced; `others` came untraced.
    func differences(from others: ReceivedRequests) -> [String] {
        var differences: [String] = []
        let both = requests.keys.filter { others.requests[$0] != nil }
        if both.count * 10 < others.count {
            differences.append("\(both.count) of \(others.count) requests were sent again")
        }
        let changed = both.filter { requests[$0]?.digest != others.requests[$0]?.digest }.sorted()
        if !changed.isEmpty { differences.append("\(changed.count) of \(both.count) changed: \(changed.prefix(5))") }
        let wrong = requests.filter {
            $0.value.traceparents > 1 || $0.key.hasSuffix("own") && $0.value.traceparents != 1
        }
        if !wrong.isEmpty { differences.append("\(wrong.count) with traceparents too many: \(wrong.keys.prefix(5))") }
        let early = others.requests.filter { $0.value.traceparents != ($0.key.hasSuffix("own") ? 1 : 0) }
        if !early.isEmpty { differences.append("\(early.count) with traceparents untraced") }
        return differences
    }
}

struct MalformedReport: Error {
    let line: String
}
