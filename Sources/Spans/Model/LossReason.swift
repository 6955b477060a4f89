/// Why a span that began was not exported: `enum ns_loss_reason` with the names that summaries and metrics show.
package enum LossReason: Int, CaseIterable, Sendable {
    case inFlightFull
    case ringFull
    case readFailed
    case endMissed
    case processEnded
    case recordInvalid
    case outputFailed
    case queueFull
    case refused
    case unavailable
    case unconfirmed
    case stopped
    case untraced
    case inFlightQuota
    case ringQuota
    case rejected
    case spoolFull

    /// Stable, for scripts.
    package var name: String {
        switch self {
        case .inFlightFull: "in_flight_full"
        case .ringFull: "ring_full"
        case .readFailed: "read_failed"
        case .endMissed: "end_missed"
        case .processEnded: "process_ended"
        case .recordInvalid: "record_invalid"
        case .outputFailed: "output_failed"
        case .queueFull: "queue_full"
        case .refused: "refused"
        case .unavailable: "unavailable"
        case .unconfirmed: "unconfirmed"
        case .stopped: "stopped"
        case .untraced: "untraced"
        case .inFlightQuota: "in_flight_quota"
        case .ringQuota: "ring_quota"
        case .rejected: "rejected"
        case .spoolFull: "spool_full"
        }
    }

    /// For people.
    package var explanation: String {
        switch self {
        case .inFlightFull: "more requests in flight than nodespan keeps"
        case .ringFull: "nodespan fell behind reading finished spans"
        case .readFailed: "the program's memory could not be read"
        case .endMissed: "no end of the request was seen"
        case .processEnded: "the process ended during the request"
        case .recordInvalid: "the record made no sense"
        case .outputFailed: "the span could not be written"
        case .queueFull: "the destination was too slow, and the queue full"
        case .refused: "the destination doesn't take them"
        case .unavailable: "the destination could not take them for too long"
        case .unconfirmed: "the destination's answer isn't OTLP's"
        case .stopped: "nodespan ended before the destination had taken them"
        case .untraced: "the process was to be traced no more during the request"
        case .inFlightQuota: "the process had more requests in flight than one may have"
        case .ringQuota: "the process had filled its part of the buffer while nodespan fell behind"
        case .rejected: "the destination took the batch, but not all of its spans"
        case .spoolFull: "the destination could not take them, and what may be kept on disk was full"
        }
    }
}
