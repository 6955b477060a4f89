// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The header fields that a gRPC call sends: a slice that its own goroutine makes and the connection's writer reads, by
// whose address the writer's probe finds the call.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "go_headers.h"
#include "go_values.h"
#include "hit.h"
#include "in_flight.h"
#include "nodespan/binary.h"
#include "nodespan/grpc.h"

static __always_inline struct ns_object ns_call_key(const struct ns_hit *hit, __u64 address)
{
	return (struct ns_object){.process = hit->key.process, .address = address};
}

/// Takes back what the writer of headers was told, unless the address is another call's by now: the fields are garbage
/// once they are written.
static __always_inline void ns_withdraw_call(const struct ns_hit *hit, const struct ns_grpc_client_in_flight *flight)
{
	struct ns_object key = ns_call_key(hit, flight->header_fields);
	const struct ns_outgoing *announced;

	if (!flight->header_fields)
		return;
	announced = bpf_map_lookup_elem(&outgoing, &key);
	if (announced && *(const __u64 *)announced->span_id == *(const __u64 *)flight->record.span.span_id)
		bpf_map_delete_elem(&outgoing, &key);
}

/// Leaves word for the writer of headers. What was left under this address is over: the fields are new.
static __always_inline void ns_announce_call(const struct ns_hit *hit, const struct ns_grpc_client_in_flight *flight)
{
	struct ns_object key = ns_call_key(hit, flight->header_fields);
	struct ns_outgoing call = {.flags = flight->record.span.flags, .owner = flight->owner};

	__builtin_memcpy(call.trace_id, flight->record.span.trace_id, sizeof(call.trace_id));
	__builtin_memcpy(call.span_id, flight->record.span.span_id, sizeof(call.span_id));
	bpf_map_update_elem(&outgoing, &key, &call, BPF_ANY);
}

/// The most fields that are looked at. The first four are pseudo-header fields, which come before all others.
#define NS_FIELDS_MAX 256
#define NS_PSEUDO_FIELDS 4

struct ns_field_walk {
	__u64 field;
	__u64 left;
	__u64 size;
	__u64 found;
};

/// bpf_loop callback: one field. Returns 1 at the end of the fields, or where one is a traceparent.
static long ns_visit_field(__u32 iteration, struct ns_field_walk *walk)
{
	struct ns_go_string name;
	struct {
		__u64 head;
		__u32 tail;
	} text = {};

	(void)iteration;
	if (!walk->left || ns_read_string(walk->field, &name))
		return 1;
	walk->left--;
	walk->field += walk->size;
	if (name.len != 11 || bpf_probe_read_user(&text, 11, (const void *)name.data))
		return 0;
	walk->found = text.head == NS_NAME_HEAD('t', 'r', 'a', 'c', 'e', 'p', 'a', 'r') &&
	              text.tail == NS_NAME_TAIL('e', 'n', 't');
	return walk->found;
}

/// Whether the application, or a tracer of its own, has set a traceparent.
static __always_inline int ns_has_traceparent(const struct ns_grpc_client_facts *at, struct ns_go_string fields)
{
	struct ns_field_walk walk = {.size = (at->field_sensitive | 7) + 1};

	if (fields.len <= NS_PSEUDO_FIELDS)
		return 0;
	walk.field = fields.data + NS_PSEUDO_FIELDS * walk.size + at->field_name;
	walk.left = fields.len - NS_PSEUDO_FIELDS;
	bpf_loop(NS_FIELDS_MAX, ns_visit_field, &walk, 0);
	return walk.found != 0;
}
