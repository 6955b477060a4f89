// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Handing finished spans to user space.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "maps.h"
#include "nodespan/span.h"

/// Wake the reader when the ring is a quarter full, and again only while it is barely above, so that a reader that is
/// busy catching up is not woken once per record.
#define NS_WAKE_BYTES (2 << 20)
#define NS_WAKE_BAND_BYTES (64 << 10)

/// Hands a finished record to user space: `len` bytes of it are in use, `max`, a constant, is all of it.
static __always_inline void ns_emit(struct ns_span *record, __u64 len, __u64 max)
{
	__u64 waiting = bpf_ringbuf_query(&spans, BPF_RB_AVAIL_DATA);
	__u64 flags = waiting - NS_WAKE_BYTES < NS_WAKE_BAND_BYTES ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;

	if (len > max || bpf_ringbuf_output(&spans, record, len, flags))
		ns_count_loss(record->counters_slot, NS_LOSS_RING_FULL);
	else
		ns_count_emitted(record->counters_slot);
}
