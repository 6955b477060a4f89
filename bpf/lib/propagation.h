// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The trace context of requests on their way out.
#pragma once

#include <linux/bpf.h>
#include <linux/errno.h>

#include <bpf/bpf_helpers.h>

#include "go_headers.h"
#include "in_flight.h"
#include "nodespan/span.h"
#include "trace_context.h"

/// Leaves word for whoever writes the header of a request that goes out. `address` is what the writer will see of it,
/// the map of its headers; they have been looked at.
static __always_inline void ns_announce(const struct ns_process_image *process, __u64 address,
                                        const struct ns_span *span, const struct ns_owner *owner,
                                        const struct ns_header_walk *walk)
{
	struct ns_object key = {.process = *process, .address = address};
	struct ns_outgoing request = {.flags = span->flags & NS_TRACE_FLAG_SAMPLED, .users = 1, .owner = *owner};
	struct ns_outgoing *other;

	if (!address)
		return;
	request.state = walk->is_cut                   ? NS_OUTGOING_UNREADABLE
	                : walk->found.traceparent.data ? NS_OUTGOING_OWN
	                                               : NS_OUTGOING_PENDING;
	request.has_tracestate = walk->found.tracestate.len != 0;
	__builtin_memcpy(request.trace_id, span->trace_id, sizeof(request.trace_id));
	__builtin_memcpy(request.span_id, span->span_id, sizeof(request.span_id));
	if (bpf_map_update_elem(&outgoing, &key, &request, BPF_NOEXIST) != -EEXIST)
		return;
	other = bpf_map_lookup_elem(&outgoing, &key);
	if (other) {
		__sync_fetch_and_add(&other->users, 1);
		other->state = NS_OUTGOING_AMBIGUOUS;
	}
}

/// The request has been answered, or never will be.
static __always_inline void ns_withdraw(const struct ns_process_image *process, __u64 address)
{
	struct ns_object key = {.process = *process, .address = address};
	struct ns_outgoing *request = address ? bpf_map_lookup_elem(&outgoing, &key) : NULL;

	// Of those that share an address, the last one takes it away: a new one could be mistaken for another before.
	if (request && __sync_fetch_and_add(&request->users, -1) == 1)
		bpf_map_delete_elem(&outgoing, &key);
}

static const char hex_digits[] = "0123456789abcdef";

static __always_inline void ns_hex(const __u8 *bytes, char *digits, int len)
{
	for (int i = 0; i < len; i++) {
		digits[2 * i] = hex_digits[bytes[i] >> 4];
		digits[2 * i + 1] = hex_digits[bytes[i] & 15];
	}
}

/// Writes the value of a traceparent header, version 00.
static __always_inline void ns_format_traceparent(const struct ns_outgoing *request, char text[NS_TRACEPARENT_LEN])
{
	text[0] = '0';
	text[1] = '0';
	text[2] = '-';
	ns_hex(request->trace_id, text + 3, 16);
	text[35] = '-';
	ns_hex(request->span_id, text + 36, 8);
	text[52] = '-';
	ns_hex(&request->flags, text + 53, 1);
}
