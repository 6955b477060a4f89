package import Spans
internal import Synchronization

/// What became of the spans of one traced process, from the moment on when they are made: exact at any time.
package final class SpanAccount: Sendable {
    package struct Figures: Sendable, Equatable {
        /// Wait to be sent, are being sent, or are on disk.
        package internal(set) var queued: UInt64 = 0
        /// Their destination has said that it took them.
        package internal(set) var exported: UInt64 = 0
        package internal(set) var losses: [LossReason: UInt64] = [:]

        package init() {}

        package mutating func add(_ other: Figures) {
            queued += other.queued
            exported += other.exported
            losses.merge(other.losses, uniquingKeysWith: +)
        }
    }

    private struct State {
        var figures = Figures()
        /// Has the figures from now on.
        var heir: SpanAccount?
    }

    private let state = Mutex(State())

    package init() {}

    package var figures: Figures { state.withLock { $0.figures } }

    /// A span is lost before any destination has it.
    package func lose(to reason: LossReason) {
        change { $0.losses[reason, default: 0] += 1 }
    }

    /// Passes all figures on to another account, and what becomes of the spans that are still queued.
    /// - Parameter heir: has none itself.
    package func close(into heir: SpanAccount) {
        state.withLock { state in
            let figures = state.figures
            heir.change { $0.add(figures) }
            state = State(figures: Figures(), heir: heir)
        }
    }

    func queue() {
        change { $0.queued += 1 }
    }

    func export(_ count: UInt64) {
        change { figures in
            figures.queued -= count
            figures.exported += count
        }
    }

    /// Of those that are queued.
    func lose(_ count: UInt64, to reason: LossReason) {
        guard count > 0 else { return }
        change { figures in
            figures.queued -= count
            figures.losses[reason, default: 0] += count
        }
    }

    private func change(_ body: (inout Figures) -> Void) {
        let heir = state.withLock { state in
            if state.heir == nil { body(&state.figures) }
            return state.heir
        }
        heir?.change(body)
    }
}
