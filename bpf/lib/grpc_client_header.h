// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The header fields that a gRPC call sends: a slice that its own goroutine makes and the connection's writer reads, by
// whose address the writer's probe finds the call.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

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
