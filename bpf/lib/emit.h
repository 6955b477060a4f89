// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Handing finished spans to user space.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "maps.h"
#include "nodespan/quota.h"
#include "nodespan/span.h"

/// Wake the reader when the ring is a quarter full, and again only while it is barely above, so that a reader that is
/// busy catching up is not woken once per record.
#define NS_WAKE_BYTES (NS_SPAN_RING_BYTES / 4)
#define NS_WAKE_BAND_BYTES (64 << 10)

/// From here on it is counted who fills the ring, and from there on each may only have its part. A reader that keeps up
/// never lets it come to that.
#define NS_RING_COUNTED_BYTES (NS_SPAN_RING_BYTES / 8)
#define NS_RING_SHARED_BYTES (NS_SPAN_RING_BYTES / 2)

/// Counts what a process adds to a ring that is filling up. Returns whether that is more than its part.
static __noinline int ns_exceeds_ring_quota(const struct ns_span *record, __u64 len, __u64 waiting)
{
	__u64 read = bpf_ringbuf_query(&spans, BPF_RB_CONS_POS), bytes;
	struct ns_process_settings *settings;
	struct ns_process_counters *counts;
	__u32 slot = record->counters_slot;

	counts = bpf_map_lookup_elem(&counters, &slot);
	if (!counts)
		return 0;
	// What was put there before has been read; what was since is let go, so that twice its part is the most that a
	// process can have there.
	if ((__s64)(read - *(volatile __u64 *)&counts->ring_start) >= 0) {
		counts->ring_start = read + waiting;
		counts->ring_bytes = 0;
	}
	bytes = __sync_fetch_and_add(&counts->ring_bytes, len);
	if (waiting < NS_RING_SHARED_BYTES)
		return 0;
	settings = bpf_map_lookup_elem(&processes, &record->process);
	return settings && settings->ring_max && bytes + len > settings->ring_max;
}

/// Hands a finished record to user space: `len` bytes of it are in use, `max`, a constant, is all of it.
static __always_inline void ns_emit(struct ns_span *record, __u64 len, __u64 max)
{
	__u64 waiting = bpf_ringbuf_query(&spans, BPF_RB_AVAIL_DATA);
	__u64 flags = waiting - NS_WAKE_BYTES < NS_WAKE_BAND_BYTES ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;

	if (waiting > NS_RING_COUNTED_BYTES && ns_exceeds_ring_quota(record, len, waiting))
		ns_count_loss(record->counters_slot, NS_LOSS_RING_QUOTA);
	else if (len > max || bpf_ringbuf_output(&spans, record, len, flags))
		ns_count_loss(record->counters_slot, NS_LOSS_RING_FULL);
	else
		ns_count_emitted(record->counters_slot);
}
