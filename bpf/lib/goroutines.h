// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Whether a goroutine was started by another one while that served the request that it serves now. It shows in the
// number that it was given: the runtime counts goroutines, and each processor takes its numbers from the count in
// batches. A goroutine that begins a request is stopped there by the probe, so that whatever it starts gets a number
// that no processor has given out yet: one beyond the count, or one that is left of some processor's batch. Those of
// processors that nobody knows of yet are left out: what is missed has no parent, and no parent is ever wrong.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "go_registers.h"
#include "go_values.h"
#include "hit.h"
#include "nodespan/binary.h"
#include "nodespan/process.h"
#include "nodespan/span.h"
#include "task.h"

/// For a goroutine that was started to serve this request.
static __always_inline void ns_mark_own_goroutine(struct ns_goroutine_mark *mark)
{
	mark->newest = 0;
}

/// Reads what a processor has left of its batch. One that takes a new batch just now may show half of it; that is taken
/// for nothing left.
static __always_inline void ns_read_left(__u64 processor, const struct ns_goroutine_facts *at,
                                         struct ns_goid_range *left)
{
	if (bpf_probe_read_user(left, sizeof(*left), (const void *)(processor + at->goid_cache)) ||
	    left->end - left->next > NS_GOID_BATCH)
		left->end = 0;
}

/// For a goroutine that serves one request after the other. `mark` starts zeroed; what is met is noted in the settings.
static __always_inline void ns_mark_goroutine(struct pt_regs *ctx, const struct ns_hit *hit,
                                              struct ns_process_settings *settings, struct ns_goroutine_mark *mark)
{
	const struct ns_goroutine_facts *at = &hit->facts->goroutine;
	__u32 unasked = settings->unasked;
	__u64 m, own;

	mark->newest = NS_ALL_GOIDS;
	if (at->goid_cache == NS_ABSENT || unasked >= NS_UNASKED_MAX)
		return;
	settings->unasked = unasked + 1;
	if (ns_read_u64(NS_GO_G(ctx) + at->m, &m) || ns_read_u64(m + at->p, &own))
		return;
	ns_read_left(own, at, &mark->left[0]);
	// The probe holds this processor, so that its batch has come from the count: a count below that is something
	// else.
	if (at->goid_counter != NS_NO_COUNTER) {
		const struct task_struct *task = (const struct task_struct *)bpf_get_current_task_btf();
		__u64 newest;

		if (!ns_read_u64(task->mm->start_code + at->goid_counter, &newest) && newest + 1 >= mark->left[0].end &&
		    newest >= hit->key.goid)
			mark->newest = newest;
	}
	for (__u32 i = 0; i < NS_PROCESSORS_MAX; i++) {
		__u64 processor = settings->processors[i];

		if (!processor) {
			if (!own)
				return;
			settings->processors[i] = processor = own;
		}
		if (processor == own)
			own = 0;
		else
			ns_read_left(processor, at, &mark->left[1 + i]);
	}
}

/// Whether a goroutine, which the marked one has started, was started since.
static __always_inline int ns_is_started_since(const struct ns_goroutine_mark *mark, __u64 goid)
{
	if (goid > mark->newest)
		return 1;
	for (__u32 i = 0; i < sizeof(mark->left) / sizeof(mark->left[0]); i++)
		if (goid >= mark->left[i].next && goid < mark->left[i].end)
			return 1;
	return 0;
}
