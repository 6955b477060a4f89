import Testing

/// One of Debian's kernels.
struct Kernel: Sendable, CustomTestStringConvertible {
    /// The Debian suite that it was taken from.
    let suite: String
    /// What `uname -r` begins with; nil for the newest, whatever that is.
    let series: String?
    /// The link type, as fdinfo names it, of the best attachment that it has; nil where it has none that will do.
    let bestLink: String?

    private static let usual = Kernel(suite: "bookworm-backports", series: "6.12.", bestLink: "uprobe_multi")
    static let all = [
        Kernel(suite: "bullseye", series: "5.10.", bestLink: nil),
        Kernel(suite: "bookworm", series: "6.1.", bestLink: "perf"), usual,
        Kernel(suite: "sid", series: nil, bestLink: "uprobe_multi"),
    ]

    /// The one on which everything is looked at whenever tests are run.
    var isUsual: Bool { suite == Self.usual.suite }
    var isSupported: Bool { bestLink != nil }
    var hasMulti: Bool { bestLink == "uprobe_multi" }
    var testDescription: String { series.map { "Linux \($0)x" } ?? "the newest Linux" }
}
