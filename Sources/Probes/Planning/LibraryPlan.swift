internal import CBPF

/// How one copy of one form of a library can be traced.
struct LibraryPlan {
    let entry: LibraryEntry
    let copy: LibraryCopy
    /// Those of the libraries planned before, with its own.
    let facts: ns_binary_facts
    var report: LibraryReport

    /// The plan of which most works, the first of several; those of other copies become part of it, or are reported as
    /// missing from it: the programs have room for the facts of one. Nil if there is none at all.
    static func best(of plans: [LibraryPlan]) -> LibraryPlan? {
        guard var best = plans.min(by: { $0.report.state.rank < $1.report.state.rank }) else { return nil }
        for other in plans where (other.entry.anchor, other.copy) != (best.entry.anchor, best.copy) {
            best.take(other)
        }
        return best
    }

    /// Two copies of the same release look the same to the programs, so both can be traced.
    private mutating func take(_ other: LibraryPlan) {
        let isRefused = other.report.state == .refused
        if !isRefused, other.entry.variant == entry.variant, other.facts.hasSameBytes(as: facts) {
            report.probes += other.report.probes
            report.missing += other.report.missing.filter { !report.missing.contains($0) }
            if other.report.state == .partial { report.state = .partial }
        } else if !isRefused || other.copy != copy {
            report.missing.append(
                Missing(
                    what: other.copy.name(of: other.entry.anchor),
                    reason: isRefused
                        ? "another copy of the library, which can't be traced: "
                            + other.report.missing.map { "\($0.what): \($0.reason)" }.joined(separator: ", ")
                        : "another copy of the library, laid out differently",
                    consequence: "no \(report.purpose.rawValue) from that copy"))
            if report.state == .ready { report.state = .partial }
        }
    }
}

extension LibraryReport {
    static func absent(_ entry: LibraryEntry) -> LibraryReport {
        LibraryReport(name: entry.name, purpose: entry.purpose, state: .absent, probes: [], fields: [], missing: [])
    }
}

extension LibraryReport.State {
    /// The lower, the more works.
    fileprivate var rank: Int {
        switch self {
        case .ready: 0
        case .partial: 1
        case .refused: 2
        case .absent: 3
        }
    }
}

extension ns_binary_facts {
    fileprivate func hasSameBytes(as other: ns_binary_facts) -> Bool {
        withUnsafeBytes(of: self) { bytes in withUnsafeBytes(of: other) { bytes.elementsEqual($0) } }
    }
}
