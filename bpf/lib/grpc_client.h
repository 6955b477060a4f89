// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// gRPC calls in flight: finding, keeping and ending them.
#pragma once

#include <linux/bpf.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "emit.h"
#include "go_registers.h"
#include "go_values.h"
#include "grpc_client_header.h"
#include "grpc_client_status.h"
#include "grpc_values.h"
#include "hit.h"
#include "in_flight.h"
#include "nodespan/binary.h"
#include "nodespan/grpc.h"
#include "parents.h"
#include "quota.h"
#include "tracestate.h"

/// Takes over the tracestate of the server span that a call is made for, as the first text.
static __always_inline void ns_inherit_tracestate(const struct ns_hit *hit, struct ns_grpc_client_in_flight *flight)
{
	struct ns_tracestate state = ns_find_tracestate(&hit->key.process, &flight->owner);
	struct ns_grpc_span *record = &flight->record;
	__u64 len = state.len;

	barrier_var(len);
	if (!len || len > NS_GRPC_TRACESTATE_MAX || bpf_probe_read_kernel(record->text, len, state.text) ||
	    !ns_owner_is_in(&hit->key.process, &flight->owner, record->span.trace_id))
		return;
	record->truncated |= state.is_cut << NS_GRPC_TRACESTATE;
	record->text_len[NS_GRPC_TRACESTATE] = len;
	flight->text_used = len;
}

/// Deletes the entry of a call.
static __always_inline void ns_leave_call(const struct ns_object *key, const struct ns_grpc_client_in_flight *flight)
{
	ns_leave(&grpc_client_in_flight, key, flight->record.span.counters_slot, NS_IN_FLIGHT_GRPC_CLIENT);
}

/// A call of which no end was seen, and none will be; or one that is over.
static __always_inline void ns_drop_call(const struct ns_hit *hit, const struct ns_object *key,
                                         const struct ns_grpc_client_in_flight *flight)
{
	if (!flight->is_over) {
		ns_withdraw_call(hit, flight);
		ns_count_dropped(&flight->record.span, NS_LOSS_END_MISSED);
	}
	ns_leave_call(key, flight);
}

/// Gives a call another key, of which another call is dropped. One that there is no room for is lost.
static __always_inline void ns_move_call(const struct ns_hit *hit, struct ns_object *from, struct ns_object *to,
                                         struct ns_grpc_client_in_flight *flight)
{
	struct ns_grpc_client_in_flight *other = bpf_map_lookup_elem(&grpc_client_in_flight, to);

	if (other)
		ns_drop_call(hit, to, other);
	if (bpf_map_update_elem(&grpc_client_in_flight, to, flight, BPF_NOEXIST)) {
		ns_count_dropped(&flight->record.span, NS_LOSS_IN_FLIGHT_FULL);
		ns_leave_call(from, flight);
	} else {
		bpf_map_delete_elem(&grpc_client_in_flight, from);
	}
}

/// What a goroutine that begins a call has in flight already, and what becomes of that.
enum ns_grpc_occupied {
	/// The same call: the stack check, where the begin is up to Go 1.20, is repeated when the stack grows or the
	/// goroutine is preempted there.
	NS_GRPC_REPEATED,
	/// One whose end was missed. It was dropped.
	NS_GRPC_STALE,
	/// One that needs the new one. It was put aside.
	NS_GRPC_OUTER,
};

/// Makes way for a call that begins in a goroutine that has another in flight. A call within another is deeper in the
/// stack.
static __always_inline enum ns_grpc_occupied ns_make_way(struct pt_regs *ctx, const struct ns_hit *hit,
                                                         struct ns_grpc_client_in_flight *other)
{
	struct ns_object key = ns_call_key(hit, hit->key.goid),
	                 aside = ns_call_key(hit, hit->key.goid | NS_GRPC_OUTER_CALL);
	__u64 bounds[2] = {};

	// Go 1.21 brought parentGoid, and frame pointers that are pushed behind the check.
	if (hit->facts->goroutine.parent_goid == NS_ABSENT && other->connection == NS_GO_ARG4(ctx) &&
	    other->description == NS_GO_ARG3(ctx) && other->method == NS_GO_ARG5(ctx))
		return NS_GRPC_REPEATED;
	if (bpf_probe_read_user(bounds, sizeof(bounds), (const void *)(NS_GO_G(ctx) + hit->facts->grpc_client.stack)) ||
	    (other->stack_pointer - bounds[0] <= bounds[1] - bounds[0] && NS_GO_SP(ctx) >= other->stack_pointer)) {
		ns_drop_call(hit, &key, other);
		return NS_GRPC_STALE;
	}
	ns_move_call(hit, &key, &aside, other);
	return NS_GRPC_OUTER;
}

/// Gives a call that was put aside its place again. Returns whether there was one.
static __always_inline int ns_take_back(const struct ns_hit *hit, struct ns_object *key)
{
	struct ns_object aside = ns_call_key(hit, key->address | NS_GRPC_OUTER_CALL);
	struct ns_grpc_client_in_flight *outer = bpf_map_lookup_elem(&grpc_client_in_flight, &aside);

	if (!outer)
		return 0;
	ns_move_call(hit, &aside, key, outer);
	return 1;
}

/// The call that a *grpc.clientStream is of: known by it, or the goroutine's own, if that is of the same connection and
/// description. `key` becomes its key.
static __always_inline struct ns_grpc_client_in_flight *ns_call_of(struct pt_regs *ctx, struct ns_hit *hit,
                                                                   __u64 stream, struct ns_object *key)
{
	const struct ns_grpc_client_facts *at = &hit->facts->grpc_client;
	struct ns_grpc_client_in_flight *flight;
	__u64 connection, description;

	*key = ns_call_key(hit, stream);
	flight = bpf_map_lookup_elem(&grpc_client_in_flight, key);
	if (flight)
		return flight->stream == stream ? flight : NULL;
	if (ns_read_goid(ctx, hit))
		return NULL;
	key->address = hit->key.goid;
	flight = bpf_map_lookup_elem(&grpc_client_in_flight, key);
	if (!flight || ns_read_u64(stream + at->stream_connection, &connection) ||
	    ns_read_u64(stream + at->stream_description, &description) || flight->connection != connection ||
	    flight->description != description)
		return NULL;
	return flight;
}

/// Reads the address of the server that a call's last attempt went to.
static __always_inline void ns_read_peer(const struct ns_hit *hit, __u64 stream, struct ns_grpc_span *record)
{
	const struct ns_grpc_client_facts *at = &hit->facts->grpc_client;
	struct ns_go_interface transport, address;
	__u64 attempt;

	if (at->stream_attempt == NS_ABSENT || at->attempt_transport == NS_ABSENT ||
	    at->transport_remote_addr == NS_ABSENT)
		return;
	if (ns_read_u64(stream + at->stream_attempt, &attempt) || !attempt ||
	    ns_read_interface(attempt + at->attempt_transport, &transport) ||
	    ns_hash_of_itab(transport.itab) != at->transport_type ||
	    ns_read_interface(transport.data + at->transport_remote_addr, &address))
		return;
	ns_read_net_addr(&hit->facts->net, address, &record->peer);
}

/// Ends a call, whose entry goes; `stream` is 0 where it has none.
static __always_inline void ns_end_call(const struct ns_hit *hit, struct ns_object *key,
                                        struct ns_grpc_client_in_flight *flight, __u64 stream,
                                        struct ns_go_interface error, __u64 now)
{
	struct ns_grpc_span *record = &flight->record;

	// Two goroutines may see the end of one stream.
	if (__sync_val_compare_and_swap(&flight->is_over, 0, 1))
		return;
	ns_withdraw_call(hit, flight);
	if (record->span.flags & NS_TRACE_FLAG_SAMPLED) {
		record->span.end_ns = now;
		ns_read_status(&hit->facts->grpc_client, error, record);
		if (stream)
			ns_read_peer(hit, stream, record);
		ns_emit(&record->span, offsetof(struct ns_grpc_span, text) + flight->text_used, sizeof(*record));
	} else {
		ns_count_unrecorded(&record->span);
	}
	if (!flight->is_inner || !ns_take_back(hit, key))
		ns_leave_call(key, flight);
}
