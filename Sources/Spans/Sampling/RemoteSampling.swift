/// What is to be asked how to sample, by the samplers jaeger_remote and parentbased_jaeger_remote (OpenTelemetry
/// specification, "SDK environment variables": OTEL_TRACES_SAMPLER_ARG).
package struct RemoteSampling: Hashable, Sendable {
    /// As it is written; nil for none, so that nobody is asked.
    package let endpoint: String?
    package let interval: Duration
    /// Share of the traces that is kept until the first answer.
    package let initialRate: Double

    /// The specification's.
    private static let standardInterval = Duration.seconds(60)
    private static let standardRate = 0.001
    /// More often nobody is asked, however many workloads want that.
    private static let shortestInterval = Duration.seconds(1)
    private static let longestInterval = Duration.seconds(24 * 3600)

    /// As an argument.
    package var text: String {
        let milliseconds = interval / .milliseconds(1)
        let parts = [
            endpoint.map { "endpoint=\($0)" }, "pollingIntervalMs=\(Int64(milliseconds))",
            "initialSamplingRate=\(initialRate)",
        ]
        return parts.compactMap { $0 }.joined(separator: ",")
    }

    /// - Parameters:
    ///   - argument: "endpoint=http://jaeger:5778,pollingIntervalMs=5000,initialSamplingRate=0.25", each of them if need be.
    ///   - report: told what is ignored, a member of that each.
    package init(argument: String, ignoring report: (Substring) -> Void = { _ in }) {
        var (endpoint, interval, rate) = (String?.none, Self.standardInterval, Self.standardRate)
        for member in argument.split(separator: ",") where !member.allSatisfy(\.isWhitespace) {
            let parts = member.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.trimmingWhitespace() }
            switch (parts[0], parts.count == 2 ? parts[1] : "") {
            case ("endpoint", let text) where !text.isEmpty: endpoint = text
            case ("pollingIntervalMs", let text):
                guard let milliseconds = Int64(text), milliseconds > 0 else {
                    report(member)
                    continue
                }
                interval = max(
                    Self.shortestInterval,
                    milliseconds > 24 * 3_600_000 ? Self.longestInterval : .milliseconds(milliseconds))
            case ("initialSamplingRate", let text):
                guard let number = Double(text), (0...1).contains(number) else {
                    report(member)
                    continue
                }
                rate = number
            default: report(member)
            }
        }
        self.endpoint = endpoint
        self.interval = interval
        initialRate = rate
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    func trimmingWhitespace() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else {
            return ""
        }
        return String(self[first...last])
    }
}
