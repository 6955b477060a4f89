package import Spans

/// Gathers spans as lines of a tree, for people. A span stands below its parent if that is in the same batch.
package struct SpanTreeEncoder: BatchEncoder {
    package private(set) var spanCount = 0
    private var tree = SpanTree()
    private var lines: [UInt8] = []
    /// Lives on, so that columns stay where they are.
    private var renderer: TerminalSpanRenderer
    private let width: @Sendable () -> Int

    /// What a span takes at most, as a rule, that waits for its parent.
    private static let spanSize = 1024

    package init() {
        self.init { Terminal.width ?? 120 }
    }

    /// - Parameters:
    ///   - localTime: see `TerminalSpanRenderer`.
    ///   - width: columns of the terminal.
    init(
        localTime: @escaping @Sendable (_ unixSeconds: Int64) -> LocalTime = LocalTime.local,
        width: @escaping @Sendable () -> Int
    ) {
        self.width = width
        renderer = TerminalSpanRenderer(width: width(), hasColour: false, localTime: localTime)
    }

    package var byteCount: Int { lines.count + (spanCount - shown) * Self.spanSize }
    private var shown = 0

    package mutating func add(_ span: Span) {
        spanCount += 1
        // None is to wait for longer than its batch does.
        append(tree.add(span, nowNS: 0))
    }

    package mutating func finish() -> [UInt8] {
        append(tree.drain())
        defer {
            (spanCount, shown, lines) = (0, 0, [])
            renderer.resize(to: width())
        }
        return lines
    }

    private mutating func append(_ rows: [SpanTree.Row]) {
        for row in rows {
            lines.append(contentsOf: renderer.line(row).utf8)
            lines.append(UInt8(ascii: "\n"))
        }
        shown += rows.count
    }
}
