// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The header that a gRPC call sends: a frame that its own goroutine makes and the connection's writer reads. Of the
// frame the writer keeps the stream's write quota, by whose address its probe finds the call.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "go_headers.h"
#include "go_values.h"
#include "hit.h"
#include "in_flight.h"
#include "nodespan/binary.h"
#include "nodespan/grpc.h"

/// Fields of a call's header that are looked at.
#define NS_GRPC_FIELDS_MAX 512

/// A walk along the fields of a header.
struct ns_field_walk {
	/// Where the next one's name is, how far one is from another, and how many are left.
	__u64 at;
	__u64 stride;
	__u64 left;
	__u8 has_traceparent;
	__u8 has_tracestate;
	__u8 is_cut;
};

/// bpf_loop callback: one field. Returns 1 behind the last one.
static long ns_visit_field(__u32 iteration, struct ns_field_walk *walk)
{
	struct ns_go_string name;

	(void)iteration;
	if (!walk->left)
		return 1;
	walk->left--;
	if (ns_read_string(walk->at, &name)) {
		walk->is_cut = 1;
		return 1;
	}
	walk->at += walk->stride;
	switch (ns_known_header(name)) {
	case NS_HEADER_TRACEPARENT:
		walk->has_traceparent = 1;
		break;
	case NS_HEADER_TRACESTATE:
		walk->has_tracestate = 1;
		break;
	case NS_HEADER_UNREADABLE:
		walk->is_cut = 1;
		break;
	default:
		break;
	}
	return 0;
}

static __always_inline struct ns_object ns_call_key(const struct ns_hit *hit, __u64 address)
{
	return (struct ns_object){.process = hit->key.process, .address = address};
}

/// Takes back what the writer of headers was told, unless the address is another call's by now: a stream that is over
/// is garbage.
static __always_inline void ns_withdraw_call(const struct ns_hit *hit, const struct ns_grpc_client_in_flight *flight)
{
	struct ns_object key = ns_call_key(hit, flight->write_quota);
	const struct ns_outgoing *announced;

	if (!flight->write_quota)
		return;
	announced = bpf_map_lookup_elem(&outgoing, &key);
	if (announced && *(const __u64 *)announced->span_id == *(const __u64 *)flight->record.span.span_id)
		bpf_map_delete_elem(&outgoing, &key);
}

/// Leaves word for the writer of headers, about the call's header fields, too. What was left under this address is
/// over: the stream is new.
static __always_inline void ns_announce_call(const struct ns_hit *hit, const struct ns_grpc_client_in_flight *flight,
                                             struct ns_go_string fields)
{
	const struct ns_grpc_client_facts *at = &hit->facts->grpc_client;
	struct ns_object key = ns_call_key(hit, flight->write_quota);
	struct ns_outgoing call = {.flags = flight->record.span.flags & NS_TRACE_FLAG_SAMPLED, .owner = flight->owner};
	// The field that is the last has one byte, and is padded.
	struct ns_field_walk walk = {
	    .at = fields.data + at->field_name, .stride = at->field_sensitive + 8, .left = fields.len};

	bpf_loop(NS_GRPC_FIELDS_MAX, ns_visit_field, &walk, 0);
	call.state = walk.has_traceparent       ? NS_OUTGOING_OWN
	             : walk.is_cut || walk.left ? NS_OUTGOING_UNREADABLE
	                                        : NS_OUTGOING_PENDING;
	call.has_tracestate = walk.has_tracestate;
	__builtin_memcpy(call.trace_id, flight->record.span.trace_id, sizeof(call.trace_id));
	__builtin_memcpy(call.span_id, flight->record.span.span_id, sizeof(call.span_id));
	bpf_map_update_elem(&outgoing, &key, &call, BPF_ANY);
}
