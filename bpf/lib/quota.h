// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Entering and leaving the maps of spans in flight, of which each process may fill a part.
#pragma once

#include <linux/bpf.h>
#include <linux/errno.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "maps.h"
#include "nodespan/quota.h"

/// Makes an entry for a span that begins. Returns as bpf_map_update_elem does with BPF_NOEXIST, and -EDQUOT where there
/// is none and the process has as many as it may. `kind` is a constant of the caller.
static __always_inline long ns_enter(void *map, const void *key, const void *empty,
                                     const struct ns_process_settings *settings, enum ns_in_flight_kind kind)
{
	__u32 slot = settings->counters_slot, max = settings->in_flight_max[kind];
	struct ns_process_counters *counts = bpf_map_lookup_elem(&counters, &slot);
	long failed;

	if (!counts)
		return -ENOENT;
	if (max && *(volatile __s32 *)&counts->in_flight[kind] >= (__s32)max)
		return bpf_map_lookup_elem(map, key) ? -EEXIST : -EDQUOT;
	failed = bpf_map_update_elem(map, key, empty, BPF_NOEXIST);
	if (!failed)
		__sync_fetch_and_add(&counts->in_flight[kind], 1);
	return failed;
}

/// Deletes an entry. Returns as bpf_map_delete_elem does. `kind` is a constant of the caller.
static __always_inline long ns_leave(void *map, const void *key, __u32 slot, enum ns_in_flight_kind kind)
{
	struct ns_process_counters *counts;
	long failed = bpf_map_delete_elem(map, key);

	if (failed)
		return failed;
	counts = bpf_map_lookup_elem(&counters, &slot);
	if (counts)
		__sync_fetch_and_add(&counts->in_flight[kind], -1);
	return 0;
}

/// Counts a span that could not be entered.
static __always_inline void ns_count_not_entered(__u32 slot, long failed)
{
	if (failed == -EDQUOT)
		ns_count_loss(slot, NS_LOSS_IN_FLIGHT_QUOTA);
	else
		ns_count_loss(slot, NS_LOSS_IN_FLIGHT_FULL);
}
