import Glibc
import TestSupport
import Testing

/// One of Debian's kernels.
struct Kernel: Sendable, CustomTestStringConvertible {
    /// The Debian suite that it was taken from.
    let suite: String
    /// What `uname -r` begins with; nil for the newest, whatever that is.
    let series: String?
    /// The link type, as fdinfo names it, of the best attachment that it has.
    let bestLink: String

    static let oldestSupported = Kernel(suite: "bookworm", series: "6.1.", bestLink: "perf")
    static let supported = [
        oldestSupported,
        Kernel(suite: "bookworm-backports", series: "6.12.", bestLink: "uprobe_multi"),
        Kernel(suite: "sid", series: nil, bestLink: "uprobe_multi"),
    ]
    static let tooOld = Kernel(suite: "bullseye", series: "5.10.", bestLink: "none")

    var testDescription: String { series.map { "Linux \($0)x" } ?? "the newest Linux" }

    func image() throws -> String {
        let path = "\(CacheFolder.path)/kernels/\(suite)/vmlinuz"
        guard access(path, R_OK) == 0 else { throw MissingKernel(path: path) }
        return path
    }
}

struct MissingKernel: Error, CustomStringConvertible {
    let path: String

    var description: String { "no kernel at \(path): run `make setup-tests`" }
}
