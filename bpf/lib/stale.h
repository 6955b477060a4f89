// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Spans in flight whose end never comes: of a goroutine that panicked or was ended meanwhile, or of a round trip that
// somebody else than net/http makes. Each is one entry, which nothing takes away but the end of the process or another
// begin of the same goroutine. Once a map is full of them, whoever begins a span gives up those that are old; and where
// a process has its part of the map, it gives up its own.
#pragma once

#include <linux/bpf.h>
#include <linux/errno.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "maps.h"
#include "nodespan/span.h"

/// What is older may be given up for another. Few requests take so long, and a full map loses what begins.
#define NS_STALE_NS (5 * 60 * 1000000000ULL)
/// How often a full map is looked through, which takes as long as a hundred probes do.
#define NS_SWEEP_PAUSE_NS 1000000000ULL

/// When each object last looked through its map.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} last_sweep SEC(".maps");

struct bpf_map;

/// A look through a map.
struct ns_sweep {
	__u64 now;
	/// The only process to look at, by its counters slot, where `is_own` is set.
	__u32 slot;
	__u32 is_own;
};

/// Whether it is time to look through a map. One of those who ask at the same time is told so.
static __always_inline int ns_may_sweep(__u64 *last, __u64 now)
{
	__u64 before;

	if (!last)
		return 0;
	before = *(volatile __u64 *)last;
	// Signed, here and below: others' clocks may be ahead by a little.
	return (__s64)(now - before) >= (__s64)NS_SWEEP_PAUSE_NS &&
	       __sync_val_compare_and_swap(last, before, now) == before;
}

/// Whether a span began too long ago. One that is being made has no beginning yet.
static __always_inline int ns_is_stale(const struct ns_span *span, const struct ns_sweep *sweep)
{
	if (sweep->is_own && span->counters_slot != sweep->slot)
		return 0;
	return span->start_ns && (__s64)(sweep->now - span->start_ns) >= (__s64)NS_STALE_NS;
}

/// What is counted of a span, whose entry may be another's as soon as it is deleted.
static __always_inline struct ns_span ns_books_of(const struct ns_span *span)
{
	return (struct ns_span){.kind = span->kind, .flags = span->flags, .counters_slot = span->counters_slot};
}

/// Has `give_up` called for each span of a map that is full, once in a while; where it is the process that has its part
/// of the map, -EDQUOT, others' spans are left alone. Returns whether it was.
static __always_inline int ns_make_room(void *map, void *give_up, __u64 now, __u32 slot, long failed)
{
	struct ns_sweep sweep = {.now = now, .slot = slot, .is_own = failed == -EDQUOT};
	struct ns_process_counters *counts = bpf_map_lookup_elem(&counters, &slot);
	__u32 only = 0;

	if (!counts ||
	    !ns_may_sweep(sweep.is_own ? &counts->last_sweep_ns : bpf_map_lookup_elem(&last_sweep, &only), now))
		return 0;
	bpf_for_each_map_elem(map, give_up, &sweep, 0);
	return 1;
}
