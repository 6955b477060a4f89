internal import Spans

/// Whose the spans of a batch are.
struct BatchShares: Sendable {
    private struct Share {
        let account: SpanAccount
        var count: UInt64
    }

    private var shares: [Share] = []
    /// Where each account's share is; each is kept alive by its share.
    private var places: [ObjectIdentifier: Int] = [:]
    /// The share of the span before: the next likely belongs there too.
    private var latest = 0

    /// One span more.
    mutating func add(_ account: SpanAccount) {
        account.queue()
        if shares.isEmpty || shares[latest].account !== account {
            latest = places[ObjectIdentifier(account)] ?? shares.count
        }
        if latest == shares.count {
            places[ObjectIdentifier(account)] = latest
            shares.append(Share(account: account, count: 0))
        }
        shares[latest].count += 1
    }

    /// All so far, to which none is added any more; starts anew.
    mutating func finish() -> BatchShares {
        defer { self = BatchShares() }
        var finished = self
        finished.places = [:]
        return finished
    }

    /// The destination has taken the batch but for some spans. Which those are, OTLP doesn't tell: each account bears a part
    /// as large as its part of the batch, to within one, and together they bear all.
    /// - Parameters:
    ///   - rejected: at most `total`.
    ///   - total: of the batch.
    func settle(rejected: UInt64, of total: UInt64) {
        var seen: UInt64 = 0
        var borne: UInt64 = 0
        for share in shares {
            seen += share.count
            let due = total == 0 ? 0 : rejected * seen / total
            let part = due - borne
            borne = due
            share.account.lose(part, to: .rejected)
            share.account.export(share.count - part)
        }
    }

    func lose(to reason: LossReason) {
        for share in shares { share.account.lose(share.count, to: reason) }
    }
}
