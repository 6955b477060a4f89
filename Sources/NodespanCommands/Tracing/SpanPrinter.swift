import Agent
import Glibc
import OTLP
import Spans
import Synchronization
import SystemPackage

/// Prints spans: as JSON lines, or as lines of a tree for people.
final class SpanPrinter: SpanSink {
    /// Yields once, when printing has failed for good.
    let failures: AsyncStream<Errno>

    private enum Format {
        case json
        case tree(SpanTree, TerminalSpanRenderer)
    }

    private struct State {
        var format: Format
        var buffer: [UInt8] = []
        /// Lines, and so spans, in the buffer.
        var buffered: UInt64 = 0
        var outcome = SinkOutcome(exported: 0, lost: 0)
        var failure: Errno?
    }

    private static let bufferLimit = 64 << 10

    private let output: OutputStream
    private let continuation: AsyncStream<Errno>.Continuation
    private let state: Mutex<State>

    init(output: OutputStream, format: OutputFormat, colour: Bool) {
        let format: Format =
            switch format {
            case .json: .json
            case .table: .tree(SpanTree(), TerminalSpanRenderer(width: Self.terminalWidth(), hasColour: colour))
            }
        (failures, continuation) = AsyncStream.makeStream(of: Errno.self, bufferingPolicy: .bufferingOldest(1))
        self.output = output
        state = Mutex(State(format: format))
    }

    /// Why spans can't be printed any more.
    var failure: Errno? { state.withLock { $0.failure } }

    func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {
        state.withLock { state in
            switch state.format {
            case .json:
                JSONSpanWriter.append(span, to: &state.buffer)
                state.buffered += 1
            case .tree(var tree, var renderer):
                let rows = tree.add(span, nowNS: Self.nowNS())
                Self.append(rows, by: &renderer, to: &state)
                state.format = .tree(tree, renderer)
            }
            if state.buffer.count >= Self.bufferLimit { writeBuffer(&state) }
        }
    }

    func flush() -> SinkOutcome {
        state.withLock { state in
            if case .tree(var tree, var renderer) = state.format {
                renderer.resize(to: Self.terminalWidth())
                Self.append(tree.expire(nowNS: Self.nowNS()), by: &renderer, to: &state)
                state.format = .tree(tree, renderer)
            }
            return settle(&state)
        }
    }

    func finish() -> SinkOutcome {
        state.withLock { state in
            if case .tree(var tree, var renderer) = state.format {
                Self.append(tree.drain(), by: &renderer, to: &state)
                state.format = .tree(tree, renderer)
            }
            return settle(&state)
        }
    }

    private func settle(_ state: inout State) -> SinkOutcome {
        writeBuffer(&state)
        defer { state.outcome = SinkOutcome(exported: 0, lost: 0) }
        return state.outcome
    }

    /// A span has reached its reader when its whole line has.
    private func writeBuffer(_ state: inout State) {
        guard !state.buffer.isEmpty else { return }
        var printed: UInt64 = 0
        if state.failure == nil {
            let (written, failure) = output.write(state.buffer.span.bytes)
            printed = UInt64(state.buffer[..<written].count { $0 == UInt8(ascii: "\n") })
            state.failure = failure
            if let failure { continuation.yield(failure) }
        }
        state.outcome.exported += printed
        state.outcome.lost += state.buffered - printed
        state.buffer.removeAll(keepingCapacity: true)
        state.buffered = 0
    }

    private static func append(
        _ rows: [SpanTree.Row], by renderer: inout TerminalSpanRenderer, to state: inout State
    ) {
        for row in rows {
            state.buffer.append(contentsOf: renderer.line(row).utf8)
            state.buffer.append(UInt8(ascii: "\n"))
            state.buffered += 1
        }
    }

    private static func terminalWidth() -> Int { Terminal.width ?? 120 }

    private static func nowNS() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
