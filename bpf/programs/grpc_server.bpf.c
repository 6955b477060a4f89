// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Servers of google.golang.org/grpc. The begin is in (*Server).handleStream, in the goroutine that serves the call; the
// status is seen where the transport writes it; the end is behind handleStream, in the function that called it or in
// what that deferred.
#include <linux/bpf.h>
#include <linux/errno.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "emit.h"
#include "go_registers.h"
#include "go_values.h"
#include "goroutines.h"
#include "grpc_call.h"
#include "grpc_values.h"
#include "hit.h"
#include "in_flight.h"
#include "maps.h"
#include "nodespan/binary.h"
#include "nodespan/grpc.h"
#include "parents.h"
#include "quota.h"
#include "stale.h"

char LICENSE[] SEC("license") = "GPL";

/// What an entry starts as.
static const struct ns_grpc_server_in_flight empty_flight;

/// Called for each call in flight: gives up those that are stale.
static long give_up(struct bpf_map *map, const struct ns_goroutine *key, struct ns_grpc_server_in_flight *flight,
                    struct ns_sweep *sweep)
{
	struct ns_span books = ns_books_of(&flight->record.span);
	struct ns_goroutine owned = *key;
	__u64 context = flight->context;

	if (!ns_is_stale(&flight->record.span, sweep) ||
	    ns_leave(map, &owned, books.counters_slot, NS_IN_FLIGHT_GRPC_SERVER))
		return 0;
	ns_count_dropped(&books, NS_LOSS_END_MISSED);
	ns_forget_old_context(&owned, context);
	return 0;
}

/// Makes an entry for the call. Returns NULL where there is nothing more to do.
static __noinline struct ns_grpc_server_in_flight *
enter(const struct ns_hit *hit, const struct ns_process_settings *settings, __u64 stream, __u64 now)
{
	struct ns_grpc_server_in_flight *flight;
	long failed = ns_enter(&grpc_server_in_flight, &hit->key, &empty_flight, settings, NS_IN_FLIGHT_GRPC_SERVER);

	if (failed == -EEXIST) {
		flight = bpf_map_lookup_elem(&grpc_server_in_flight, &hit->key);
		// The stack check of a function, where the begin is for want of a better place, repeats when the stack
		// grows.
		if (flight && flight->stream == stream)
			return NULL;
		if (flight) {
			ns_count_dropped(&flight->record.span, NS_LOSS_END_MISSED);
			ns_forget_old_context(&hit->key, flight->context);
		}
		failed = bpf_map_update_elem(&grpc_server_in_flight, &hit->key, &empty_flight, BPF_ANY);
	} else if (failed && ns_make_room(&grpc_server_in_flight, give_up, now, settings->counters_slot, failed)) {
		failed = ns_enter(&grpc_server_in_flight, &hit->key, &empty_flight, settings, NS_IN_FLIGHT_GRPC_SERVER);
	}
	flight = failed ? NULL : bpf_map_lookup_elem(&grpc_server_in_flight, &hit->key);
	if (!flight) {
		ns_count_begun(settings->counters_slot);
		ns_count_not_entered(settings->counters_slot, failed);
		return NULL;
	}
	flight->stream = stream;
	flight->record.span.kind = NS_RECORD_GRPC_SERVER;
	flight->record.span.counters_slot = settings->counters_slot;
	flight->record.span.process = hit->key.process;
	flight->record.span.goid = hit->key.goid;
	flight->record.outcome = NS_GRPC_NO_STATUS;
	return flight;
}

/// The prologue of (*Server).handleStream: behind the receiver, the transport, which is an interface, and the stream.
SEC("uprobe")
int grpc_server_begin(struct pt_regs *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	struct ns_process_settings *settings;
	struct ns_grpc_server_in_flight *flight;
	struct ns_grpc_arrival arrival = {};
	struct ns_hit hit = {};

	if (!ns_identify(ctx, &hit))
		return 0;
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (!settings)
		return 0;
	arrival.transport.itab = NS_GO_ARG2(ctx);
	arrival.transport.data = NS_GO_ARG3(ctx);
	arrival.stream = NS_GO_ARG4(ctx);
	if (ns_read_goid(ctx, &hit) || ns_read_stream(&hit.facts->grpc_server, &arrival)) {
		ns_count_begun(settings->counters_slot);
		ns_count_loss(settings->counters_slot, NS_LOSS_READ_FAILED);
		return 0;
	}
	flight = enter(&hit, settings, arrival.stream, now);
	if (!flight)
		return 0;
	flight->record.span.start_ns = now;
	flight->context = arrival.context.data;
	// A stream worker serves one call after the other.
	ns_mark_goroutine(ctx, &hit, settings, &flight->mark);
	ns_read_call(flight, &hit, settings, &arrival);
	ns_register_context(&hit.key, flight->context, NS_RECORD_GRPC_SERVER);
	return 0;
}

/// The call that a stream belongs to. A handler that streams may send in another goroutine than its own, and a message
/// that can't be sent ends the call there.
static __always_inline struct ns_grpc_server_in_flight *call_of(struct ns_hit *hit, __u64 stream)
{
	struct ns_grpc_server_in_flight *flight = bpf_map_lookup_elem(&grpc_server_in_flight, &hit->key);
	struct ns_grpc_arrival arrival = {.stream = stream};
	struct ns_context_walk walk = {};

	if (flight && flight->stream == stream)
		return flight;
	if (ns_read_stream(&hit->facts->grpc_server, &arrival) || !arrival.context.itab || !arrival.context.data)
		return NULL;
	walk.at.process = hit->key.process;
	walk.at.address = arrival.context.data;
	walk.itab = arrival.context.itab;
	walk.binary = hit->binary;
	bpf_loop(NS_CONTEXTS_MAX, ns_visit_context, &walk, 0);
	if (walk.found.kind != NS_RECORD_GRPC_SERVER)
		return NULL;
	hit->key.goid = walk.found.goid;
	flight = bpf_map_lookup_elem(&grpc_server_in_flight, &hit->key);
	return flight && flight->stream == stream ? flight : NULL;
}

/// The prologue of a transport's writeStatus: behind the receiver, the stream and the *status.Status. The first is what
/// the client is sent.
SEC("uprobe")
int grpc_server_status(struct pt_regs *ctx)
{
	struct ns_grpc_server_in_flight *flight;
	struct ns_hit hit = {};
	__u32 status;

	if (!ns_identify(ctx, &hit) || ns_read_goid(ctx, &hit))
		return 0;
	flight = call_of(&hit, NS_GO_ARG2(ctx));
	if (!flight || flight->record.outcome != NS_GRPC_NO_STATUS)
		return 0;
	if (ns_read_grpc_status(hit.facts->grpc_server.status_proto, hit.facts->grpc_server.status_code,
	                        NS_GO_ARG3(ctx), &status))
		return 0;
	flight->record.status = status;
	flight->record.outcome = NS_GRPC_STATUS;
	return 0;
}

/// What follows every handleStream in its goroutine. Without a call in flight, nothing to do: it began before it was
/// traced, or this end was seen already.
SEC("uprobe")
int grpc_server_end(struct pt_regs *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	struct ns_grpc_server_in_flight *flight;
	struct ns_grpc_span *record;
	struct ns_hit hit = {};

	if (!ns_identify(ctx, &hit) || ns_read_goid(ctx, &hit))
		return 0;
	flight = bpf_map_lookup_elem(&grpc_server_in_flight, &hit.key);
	if (!flight)
		return 0;
	record = &flight->record;
	record->span.end_ns = now;
	if (record->span.flags & NS_TRACE_FLAG_SAMPLED)
		ns_emit(&record->span, offsetof(struct ns_grpc_span, text) + flight->text_used, sizeof(*record));
	else
		ns_count_unrecorded(&record->span);
	ns_forget_context(&hit.key.process, flight->context);
	ns_leave(&grpc_server_in_flight, &hit.key, record->span.counters_slot, NS_IN_FLIGHT_GRPC_SERVER);
	return 0;
}
