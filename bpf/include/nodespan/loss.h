// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Why a span that began was not exported: the one list for BPF programs, summaries and metrics.
#pragma once

enum ns_loss_reason {
	/// No room in the map of spans in flight.
	NS_LOSS_IN_FLIGHT_FULL = 0,
	/// No room in the ring buffer of finished spans: the reader fell behind.
	NS_LOSS_RING_FULL = 1,
	/// The request could not be read from the program's memory (paged out, or not the layout expected).
	NS_LOSS_READ_FAILED = 2,
	/// The goroutine began another request although no end was seen for this one, or it had been in flight for
	/// minutes when there was no room for others.
	NS_LOSS_END_MISSED = 3,
	/// The process ended or executed another program while the request was in flight.
	NS_LOSS_PROCESS_ENDED = 4,
	/// User space could not make a span of the record.
	NS_LOSS_RECORD_INVALID = 5,
	/// The span could not be written where it was to go.
	NS_LOSS_OUTPUT_FAILED = 6,
	/// A destination was so far behind that its queue was full.
	NS_LOSS_QUEUE_FULL = 7,
	/// A destination doesn't take it.
	NS_LOSS_REFUSED = 8,
	/// A destination could not take it for as long as it was tried.
	NS_LOSS_UNAVAILABLE = 9,
	/// A destination answered as nothing does that takes spans.
	NS_LOSS_UNCONFIRMED = 10,
	/// nodespan was told to end before a destination had taken it.
	NS_LOSS_STOPPED = 11,
	/// Nobody wanted the process traced any more, and the request went on for long.
	NS_LOSS_UNTRACED = 12,
	/// The process had as many requests of the kind in flight as one may have of those that all share.
	NS_LOSS_IN_FLIGHT_QUOTA = 13,
	/// The ring buffer was filling up, and the process had its part of it already.
	NS_LOSS_RING_QUOTA = 14,
	/// A destination took the batch that it was in, but not all of its spans.
	NS_LOSS_REJECTED = 15,
	/// A destination could not take it, and neither memory nor disk had room.
	NS_LOSS_SPOOL_FULL = 16,
	NS_LOSS_REASON_COUNT = 17,
};
