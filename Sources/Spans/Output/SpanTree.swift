/// Arranges finished spans as trees, for people who watch them come in.
///
/// A child ends before its parent, so a span whose parent is in the same process is held until that one has ended; roots
/// and spans with a remote parent are shown at once, what was held for them below. Holding is bounded in time and number:
/// what waits too long is shown as an orphan.
package struct SpanTree: Sendable {
    package enum Relation: Sendable {
        /// The first span of its trace.
        case root
        /// The parent is in another process.
        case remoteParent
        /// Shown below its parent.
        case child
        /// The parent is in the same process but hasn't been seen.
        case orphan
    }

    /// One line of the tree, in the order of printing.
    package struct Row: Sendable {
        package var span: Span
        package var relation: Relation
        /// For each level below the top: is it the last of its siblings? Empty at the top.
        package var isLast: [Bool]
    }

    private struct Held {
        var span: Span
        var sinceNS: UInt64
    }

    /// In the order of arrival.
    private var held: [Held] = []
    private let patienceNS: UInt64
    private let capacity: Int

    /// - Parameters:
    ///   - patienceNS: how long a span waits for its parent.
    ///   - capacity: how many spans wait at once.
    package init(patienceNS: UInt64 = 2_000_000_000, capacity: Int = 1024) {
        self.patienceNS = patienceNS
        self.capacity = capacity
    }

    /// - Parameter nowNS: any monotonic clock, the same as in `expire`.
    package mutating func add(_ span: Span, nowNS: UInt64) -> [Row] {
        guard span.parentSpanID != nil, !span.parentIsRemote else {
            return tree(below: span, span.parentSpanID == nil ? .root : .remoteParent)
        }
        held.append(Held(span: span, sinceNS: nowNS))
        return held.count > capacity ? releaseOldest() : []
    }

    /// The spans that have waited long enough. To be called on a tick.
    package mutating func expire(nowNS: UInt64) -> [Row] {
        var rows: [Row] = []
        while let oldest = held.first, nowNS >= oldest.sinceNS, nowNS - oldest.sinceNS >= patienceNS {
            rows += releaseOldest()
        }
        return rows
    }

    /// All that is still held, when no more spans will come.
    package mutating func drain() -> [Row] {
        var rows: [Row] = []
        while !held.isEmpty { rows += releaseOldest() }
        return rows
    }

    /// Releases the whole tree that the oldest span is in. Every step up takes a span out, so a ring of parents ends too.
    private mutating func releaseOldest() -> [Row] {
        var path: [Held] = []
        var next: Int? = held.startIndex
        while let index = next {
            let climbed = held.remove(at: index)
            path.append(climbed)
            next = held.firstIndex {
                $0.span.traceID == climbed.span.traceID && $0.span.spanID == climbed.span.parentSpanID
            }
        }
        guard let top = path.popLast() else { return [] }
        held.insert(contentsOf: path, at: 0)
        return tree(below: top.span, .orphan)
    }

    private mutating func tree(below top: Span, _ relation: Relation) -> [Row] {
        var rows = [Row(span: top, relation: relation, isLast: [])]
        if !held.isEmpty { appendChildren(of: top, isLast: [], to: &rows) }
        return rows
    }

    private mutating func appendChildren(of parent: Span, isLast: [Bool], to rows: inout [Row]) {
        func isChild(_ held: Held) -> Bool {
            held.span.traceID == parent.traceID && held.span.parentSpanID == parent.spanID
        }
        let children = held.filter(isChild).map(\.span).sorted { $0.startUnixNano < $1.startUnixNano }
        held.removeAll(where: isChild)
        for (index, child) in children.enumerated() {
            let position = isLast + [index == children.count - 1]
            rows.append(Row(span: child, relation: .child, isLast: position))
            appendChildren(of: child, isLast: position, to: &rows)
        }
    }
}
