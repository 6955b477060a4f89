// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The sampling decision, and the rates that a process may have.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "nodespan/process.h"
#include "nodespan/span.h"

/// How often a token is tried for while others take theirs at the same moment.
#define NS_TOKEN_TRIES 8
/// Starts of spans on different processors are no further apart than this when their tokens are taken, nanoseconds.
#define NS_TOKEN_SKEW_NS 1000000000

/// Takes a token of a process's bucket, of which others may take at the same time: never more than there are. Returns
/// whether there was one. `kind` is a constant of the caller, `advance_ns` is worth tokens that are yet to come, at
/// most burst_ns.
static __always_inline int ns_take_token(const struct ns_process_settings *settings, struct ns_process_counters *counts,
                                         enum ns_rate_kind kind, __u64 now_ns, __u64 advance_ns)
{
	__u64 interval_ns = *(volatile const __u64 *)&settings->rates[kind].interval_ns;
	__u64 burst_ns = *(volatile const __u64 *)&settings->rates[kind].burst_ns;
	__u64 *used = &counts->rate_used_ns[kind];

	for (int i = 0; i < NS_TOKEN_TRIES; i++) {
		__u64 before = *(volatile __u64 *)used, from = before;

		// Signed: others' clocks may be ahead by a little.
		if ((__s64)(before - now_ns) < 0)
			from = now_ns;
		// What an earlier rate has left may be years ahead: as if all tokens but one were in use.
		else if ((__s64)(before - now_ns) > (__s64)(2 * burst_ns + NS_TOKEN_SKEW_NS))
			from = now_ns + burst_ns - interval_ns;
		if ((__s64)(from + interval_ns - now_ns) > (__s64)(burst_ns + advance_ns))
			return 0;
		if (__sync_val_compare_and_swap(used, before, from + interval_ns) == before)
			return 1;
	}
	return 0;
}

/// What becomes of a span that is to be sampled, where that depends on how many there are. What belongs to a recorded
/// span of this process may use tokens of the next second, so that rather whole traces are left out than parts of them.
/// A span that is beyond the cap leaves the sampler's token to another. Returns its flags.
static __always_inline __u32 ns_limit_rate(const struct ns_process_settings *settings, const struct ns_span *span,
                                           int is_limited)
{
	__u32 slot = settings->counters_slot;
	struct ns_process_counters *counts = bpf_map_lookup_elem(&counters, &slot);
	const struct ns_rate *cap = &settings->rates[NS_RATE_SPANS];

	if (!counts)
		return 0;
	if (is_limited && settings->rates[NS_RATE_SAMPLED].interval_ns &&
	    !ns_take_token(settings, counts, NS_RATE_SAMPLED, span->start_ns, 0))
		return 0;
	if (cap->interval_ns && !ns_take_token(settings, counts, NS_RATE_SPANS, span->start_ns,
	                                       span->parent == NS_PARENT_LOCAL ? cap->burst_ns : 0)) {
		if (is_limited)
			__sync_fetch_and_add(&counts->rate_used_ns[NS_RATE_SAMPLED],
			                     -settings->rates[NS_RATE_SAMPLED].interval_ns);
		return NS_SPAN_CAPPED;
	}
	return NS_TRACE_FLAG_SAMPLED;
}

/// Decides whether a span is sampled, of which the parent and its flags, the trace id and the start are known: at the
/// root of what this node sees of the trace, unless local parents have samplers of their own. Returns its flags.
static __always_inline __u8 ns_sample(const struct ns_process_settings *settings, const struct ns_span *span)
{
	int is_parent_sampled = span->flags & NS_TRACE_FLAG_SAMPLED;
	__u64 number = 0, bound;

	if (span->parent == NS_PARENT_REMOTE)
		bound =
		    settings
		        ->sampling_bound[is_parent_sampled ? NS_SAMPLING_REMOTE_SAMPLED : NS_SAMPLING_REMOTE_UNSAMPLED];
	else if (span->parent == NS_PARENT_LOCAL)
		bound =
		    settings
		        ->sampling_bound[is_parent_sampled ? NS_SAMPLING_LOCAL_SAMPLED : NS_SAMPLING_LOCAL_UNSAMPLED];
	else
		bound = settings->sampling_bound[NS_SAMPLING_ROOT];
	for (int i = 8; i < 16; i++)
		number = number << 8 | span->trace_id[i];
	if (number >> 1 >= bound)
		return 0;
	if (bound == NS_SAMPLING_RATE_LIMITED || settings->rates[NS_RATE_SPANS].interval_ns)
		return ns_limit_rate(settings, span, bound == NS_SAMPLING_RATE_LIMITED);
	return NS_TRACE_FLAG_SAMPLED;
}
