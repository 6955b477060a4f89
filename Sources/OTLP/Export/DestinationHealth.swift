/// Turns the outcomes of attempts into the few notices that people want.
struct DestinationHealth {
    /// A destination that fails now and then is announced no more often than this.
    static let quiet = Duration.seconds(60)

    private enum State {
        case well
        case failing(isAnnounced: Bool)
    }

    private var state = State.well
    private var quietUntil = Duration.zero
    private var hasRejected = false
    private var hasWarned = false

    /// - Parameter now: since any fixed instant, but not before it.
    mutating func notices(of outcome: DeliveryOutcome, now: Duration) -> [DestinationNotice] {
        switch outcome {
        case .accepted(let partial): recovery(now: now) + notices(of: partial)
        case .unavailable(let reason, _, _): failure(.unavailable(reason: reason), now: now)
        case .refused(let reason): failure(.refusing(reason: reason), now: now)
        case .unconfirmed(let reason): failure(.unconfirmed(reason: reason), now: now)
        }
    }

    private mutating func failure(_ notice: DestinationNotice, now: Duration) -> [DestinationNotice] {
        guard case .well = state else { return [] }
        let isAnnounced = now >= quietUntil
        state = .failing(isAnnounced: isAnnounced)
        return isAnnounced ? [notice] : []
    }

    private mutating func recovery(now: Duration) -> [DestinationNotice] {
        guard case .failing(let isAnnounced) = state else { return [] }
        state = .well
        guard isAnnounced else { return [] }
        quietUntil = now + Self.quiet
        return [.recovered]
    }

    private mutating func notices(of partial: PartialSuccess) -> [DestinationNotice] {
        if partial.rejected > 0, !hasRejected {
            hasRejected = true
            return [.rejecting(spans: partial.rejected, reason: partial.message)]
        }
        if partial.rejected == 0, !partial.message.isEmpty, !hasWarned {
            hasWarned = true
            return [.warning(partial.message)]
        }
        return []
    }
}
