// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Telling user space what became of a process.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "nodespan/process.h"

static __always_inline void ns_report_process(struct ns_process_image image, __u32 counters_slot,
                                              enum ns_process_event_kind kind)
{
	struct ns_process_event event = {.process = image, .kind = kind, .counters_slot = counters_slot};
	__u32 only = 0;
	__u64 *missed;

	if (bpf_ringbuf_output(&process_events, &event, sizeof(event), 0) == 0)
		return;
	missed = bpf_map_lookup_elem(&missed_events, &only);
	if (missed)
		__sync_fetch_and_add(missed, 1);
}
