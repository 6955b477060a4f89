// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Counting what became of a request, in the slot of its process (`ns_process_settings.counters_slot`).
#pragma once

#include "maps.h"
#include "nodespan/loss.h"
#include "nodespan/span.h"

static __always_inline void ns_count_begun(__u32 slot)
{
	struct ns_process_counters *counts = bpf_map_lookup_elem(&counters, &slot);
	if (counts)
		__sync_fetch_and_add(&counts->begun, 1);
}

/// Takes back ns_count_begun: what began turned out to be no request.
static __always_inline void ns_uncount_begun(__u32 slot)
{
	struct ns_process_counters *counts = bpf_map_lookup_elem(&counters, &slot);
	if (counts)
		__sync_fetch_and_add(&counts->begun, -1);
}

static __always_inline void ns_count_unsampled(__u32 slot)
{
	struct ns_process_counters *counts = bpf_map_lookup_elem(&counters, &slot);
	if (counts)
		__sync_fetch_and_add(&counts->unsampled, 1);
}

static __always_inline void ns_count_emitted(__u32 slot)
{
	struct ns_process_counters *counts = bpf_map_lookup_elem(&counters, &slot);
	if (counts)
		__sync_fetch_and_add(&counts->emitted, 1);
}

/// `reason` is a constant of the caller.
static __always_inline void ns_count_loss(__u32 slot, enum ns_loss_reason reason)
{
	struct ns_process_counters *counts = bpf_map_lookup_elem(&counters, &slot);
	if (counts && reason < NS_LOSS_REASON_COUNT)
		__sync_fetch_and_add(&counts->lost[reason], 1);
}

/// A span has ended that was not sampled.
static __always_inline void ns_count_unrecorded(const struct ns_span *span)
{
	if (span->flags & NS_SPAN_CAPPED)
		ns_count_loss(span->counters_slot, NS_LOSS_RATE_CAP);
	else
		ns_count_unsampled(span->counters_slot);
}

static __always_inline void ns_count_written(__u32 slot)
{
	struct ns_process_counters *counts = bpf_map_lookup_elem(&counters, &slot);
	if (counts)
		__sync_fetch_and_add(&counts->written, 1);
}

/// `reason` is a constant of the caller.
static __always_inline void ns_count_unwritten(__u32 slot, enum ns_unwritten_reason reason)
{
	struct ns_process_counters *counts = bpf_map_lookup_elem(&counters, &slot);
	if (counts && reason < NS_UNWRITTEN_REASON_COUNT)
		__sync_fetch_and_add(&counts->unwritten[reason], 1);
}

/// A span that had begun won't end: it is lost if it was to be recorded, and if another one took its place, that is
/// counted.
static __always_inline void ns_count_dropped(const struct ns_span *span, enum ns_loss_reason reason)
{
	if (span->kind == NS_RECORD_TAKEN_OVER)
		ns_uncount_begun(span->counters_slot);
	else if (span->flags & NS_TRACE_FLAG_SAMPLED)
		ns_count_loss(span->counters_slot, reason);
	else
		ns_count_unrecorded(span);
}
