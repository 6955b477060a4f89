// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// gRPC clients. Every call begins in newClientStream, which unary ones go through, too, and ends in
// (*clientStream).finish, or where newClientStream fails before it has a stream to hand out.
#include <linux/bpf.h>
#include <linux/errno.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "go_registers.h"
#include "go_values.h"
#include "grpc_client.h"
#include "grpc_client_header.h"
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

/// Goroutines that try an operation on a stream again, and the *grpc.clientStream.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct ns_goroutine);
	__type(value, __u64);
} retrying SEC(".maps");

/// What an entry starts as.
static const struct ns_grpc_client_in_flight empty_flight;

/// Called for each call in flight: gives up those that are stale.
static long give_up(struct bpf_map *map, const struct ns_object *key, struct ns_grpc_client_in_flight *flight,
                    struct ns_sweep *sweep)
{
	struct ns_span books = ns_books_of(&flight->record.span);
	struct ns_object owned = *key;
	struct ns_hit hit = {.key.process = owned.process};

	if (!ns_is_stale(&flight->record.span, sweep))
		return 0;
	ns_withdraw_call(&hit, flight);
	if (!ns_leave(map, &owned, books.counters_slot, NS_IN_FLIGHT_GRPC_CLIENT))
		ns_count_dropped(&books, NS_LOSS_END_MISSED);
	return 0;
}

static __always_inline void begin(struct pt_regs *ctx, struct ns_hit *hit, struct ns_process_settings *settings,
                                  __u64 start_ns)
{
	struct ns_object key = ns_call_key(hit, hit->key.goid);
	struct ns_go_string target;
	struct ns_grpc_client_in_flight *flight;
	int is_inner = 0;
	long failed;

	failed = ns_enter(&grpc_client_in_flight, &key, &empty_flight, settings, NS_IN_FLIGHT_GRPC_CLIENT);
	if (failed == -EEXIST) {
		flight = bpf_map_lookup_elem(&grpc_client_in_flight, &key);
		if (flight) {
			enum ns_grpc_occupied other = ns_make_way(ctx, hit, flight);

			if (other == NS_GRPC_REPEATED)
				return;
			is_inner = other == NS_GRPC_OUTER;
		}
		failed = ns_enter(&grpc_client_in_flight, &key, &empty_flight, settings, NS_IN_FLIGHT_GRPC_CLIENT);
	} else if (failed && ns_make_room(&grpc_client_in_flight, give_up, start_ns, settings->counters_slot, failed)) {
		failed = ns_enter(&grpc_client_in_flight, &key, &empty_flight, settings, NS_IN_FLIGHT_GRPC_CLIENT);
	}
	ns_count_begun(settings->counters_slot);
	flight = failed ? NULL : bpf_map_lookup_elem(&grpc_client_in_flight, &key);
	if (!flight) {
		ns_count_not_entered(settings->counters_slot, failed);
		if (is_inner)
			ns_take_back(hit, &key);
		return;
	}
	flight->connection = NS_GO_ARG4(ctx);
	flight->description = NS_GO_ARG3(ctx);
	flight->method = NS_GO_ARG5(ctx);
	flight->stack_pointer = NS_GO_SP(ctx);
	flight->is_inner = is_inner;
	flight->record.span.kind = NS_RECORD_GRPC_CLIENT;
	flight->record.span.counters_slot = settings->counters_slot;
	flight->record.span.process = hit->key.process;
	flight->record.span.goid = hit->key.goid;
	flight->record.span.start_ns = start_ns;
	ns_begin_child(ctx, hit, settings, (struct ns_go_interface){NS_GO_ARG1(ctx), NS_GO_ARG2(ctx)},
	               &flight->record.span, &flight->owner);
	if (!(flight->record.span.flags & NS_TRACE_FLAG_SAMPLED))
		return;
	ns_inherit_tracestate(hit, flight);
	ns_append_grpc_text(&flight->record, &flight->text_used, NS_GRPC_METHOD,
	                    (struct ns_go_string){NS_GO_ARG5(ctx), NS_GO_ARG6(ctx)}, NS_GRPC_METHOD_MAX);
	if (hit->facts->grpc_client.connection_target != NS_ABSENT &&
	    !ns_read_string(flight->connection + hit->facts->grpc_client.connection_target, &target))
		ns_append_grpc_text(&flight->record, &flight->text_used, NS_GRPC_AUTHORITY, target,
		                    NS_GRPC_AUTHORITY_MAX);
}

/// The prologue of newClientStream(ctx context.Context, desc *StreamDesc, cc *ClientConn, method string, …).
SEC("uprobe")
int grpc_client_begin(struct pt_regs *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	struct ns_process_settings *settings;
	struct ns_hit hit = {};

	if (!ns_identify(ctx, &hit))
		return 0;
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (!settings)
		return 0;
	if (ns_read_goid(ctx, &hit)) {
		ns_count_begun(settings->counters_slot);
		ns_count_loss(settings->counters_slot, NS_LOSS_READ_FAILED);
		return 0;
	}
	begin(ctx, &hit, settings, now);
	return 0;
}

#define NS_CAPTURED_MAX 4

/// `call runtime.newproc` where a stream of messages has been made: the first argument is the function literal that
/// waits for the end of the stream's context, and behind its first word are the variables that it captures. One of them
/// is the *clientStream, which the call is known by from here on.
SEC("uprobe")
int grpc_client_stream(struct pt_regs *ctx)
{
	__u64 captured[1 + NS_CAPTURED_MAX], connection, description;
	struct ns_grpc_client_in_flight *flight;
	const struct ns_grpc_client_facts *at;
	struct ns_hit hit = {};

	if (!ns_identify(ctx, &hit) || ns_read_goid(ctx, &hit))
		return 0;
	struct ns_object key = ns_call_key(&hit, hit.key.goid), by_stream = key;

	at = &hit.facts->grpc_client;
	flight = bpf_map_lookup_elem(&grpc_client_in_flight, &key);
	if (!flight || bpf_probe_read_user(captured, sizeof(captured), (const void *)NS_GO_ARG1(ctx)))
		return 0;
	for (int i = 1; i <= NS_CAPTURED_MAX; i++) {
		if (!captured[i] || captured[i] == flight->connection ||
		    ns_read_u64(captured[i] + at->stream_connection, &connection) || connection != flight->connection ||
		    ns_read_u64(captured[i] + at->stream_description, &description) ||
		    description != flight->description)
			continue;
		__u32 is_inner = flight->is_inner;

		by_stream.address = captured[i];
		flight->is_inner = 0;
		flight->stream = captured[i];
		ns_move_call(&hit, &key, &by_stream, flight);
		if (is_inner)
			ns_take_back(&hit, &key);
		return 0;
	}
	return 0;
}

/// The prologue of (cs *clientStream) finish(err error): may be reached more than once, the first time counts.
SEC("uprobe")
int grpc_client_end(struct pt_regs *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	struct ns_grpc_client_in_flight *flight;
	struct ns_object key;
	struct ns_hit hit = {};

	if (!ns_identify(ctx, &hit))
		return 0;
	flight = ns_call_of(ctx, &hit, NS_GO_ARG1(ctx), &key);
	if (flight)
		ns_end_call(&hit, &key, flight, NS_GO_ARG1(ctx),
		            (struct ns_go_interface){NS_GO_ARG2(ctx), NS_GO_ARG3(ctx)}, now);
	return 0;
}

/// A call that newClientStream fails to make, for which nothing is finished.
static __always_inline int refuse(struct pt_regs *ctx, int is_retry)
{
	__u64 now = bpf_ktime_get_ns(), attempt, stream;
	struct ns_go_interface error = {NS_GO_ARG1(ctx), NS_GO_ARG2(ctx)};
	struct ns_grpc_client_in_flight *flight;
	const struct ns_grpc_client_facts *at;
	struct ns_hit hit = {};

	if (!ns_identify(ctx, &hit) || ns_read_goid(ctx, &hit))
		return 0;
	struct ns_object key = ns_call_key(&hit, hit.key.goid);

	// What comes next from this goroutine is none of that stream's.
	if (is_retry)
		bpf_map_delete_elem(&retrying, &hit.key);
	flight = bpf_map_lookup_elem(&grpc_client_in_flight, &key);
	if (!flight)
		return 0;
	at = &hit.facts->grpc_client;
	if (error.itab == flight->connection)
		error = (struct ns_go_interface){NS_GO_ARG2(ctx), NS_GO_ARG3(ctx)};
	if (!error.itab)
		return 0;
	// An operation on a stream that there is fails, too, but then the call is finished.
	if (is_retry && (!flight->failing || at->attempt_stream == NS_ABSENT ||
	                 ns_read_u64(flight->failing + at->stream_attempt, &attempt) || !attempt ||
	                 ns_read_u64(attempt + at->attempt_stream, &stream) || stream))
		return 0;
	ns_end_call(&hit, &key, flight, flight->failing, error, now);
	return 0;
}

/// `call endOfClientStream` in the deferred function of newClientStream, of which the first argument is the connection
/// and the second the error; before that (up to 1.78), `call status.FromContextError` in waitForResolvedAddrs, of which
/// the first argument is the error.
SEC("uprobe")
int grpc_client_refused(struct pt_regs *ctx)
{
	return refuse(ctx, 0);
}

/// Behind `call (*clientStream).retryLocked` in withRetry: the first result is the error. An operation failed, and
/// isn't tried again, or has been.
SEC("uprobe")
int grpc_client_failed(struct pt_regs *ctx)
{
	return refuse(ctx, 1);
}

/// `call (*clientStream).retryLocked` in withRetry: the first argument is the *clientStream. An operation failed, and
/// this goroutine is about to find out whether to try it again.
SEC("uprobe")
int grpc_client_retry(struct pt_regs *ctx)
{
	struct ns_grpc_client_in_flight *flight;
	struct ns_object key;
	struct ns_hit hit = {};

	if (!ns_identify(ctx, &hit))
		return 0;
	flight = ns_call_of(ctx, &hit, NS_GO_ARG1(ctx), &key);
	if (!flight)
		return 0;
	if (!flight->stream)
		flight->failing = NS_GO_ARG1(ctx);
	else if (!ns_read_goid(ctx, &hit))
		bpf_map_update_elem(&retrying, &hit.key, &flight->stream, BPF_ANY);
	return 0;
}

/// The call of which this goroutine is about to send the header: its own, or one that it tries again.
static __always_inline struct ns_grpc_client_in_flight *sending(const struct ns_hit *hit)
{
	struct ns_object key = ns_call_key(hit, hit->key.goid);
	struct ns_grpc_client_in_flight *flight = bpf_map_lookup_elem(&grpc_client_in_flight, &key);
	const __u64 *stream;

	if (flight)
		return flight;
	stream = bpf_map_lookup_elem(&retrying, &hit->key);
	if (!stream)
		return NULL;
	key.address = *stream;
	flight = bpf_map_lookup_elem(&grpc_client_in_flight, &key);
	return flight && flight->stream == key.address ? flight : NULL;
}

/// `call (*controlBuffer).executeAndPut` in (*http2Client).NewStream, of which the fourth argument is the frame that
/// has the header fields: the connection's writer takes it from there. It repeats while the connection has too many
/// streams.
SEC("uprobe")
int grpc_client_header(struct pt_regs *ctx)
{
	const struct ns_process_settings *settings;
	struct ns_grpc_client_in_flight *flight;
	const struct ns_grpc_client_facts *at;
	struct ns_go_string fields;
	struct ns_hit hit = {};
	__u64 frame, quota;

	if (!ns_identify(ctx, &hit))
		return 0;
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (!settings || !settings->writes || ns_read_goid(ctx, &hit))
		return 0;
	at = &hit.facts->grpc_client;
	frame = NS_GO_ARG4(ctx);
	flight = sending(&hit);
	if (!flight || ns_read_u64(frame + at->frame_quota, &quota) || !quota || flight->write_quota == quota ||
	    ns_read_string(frame + at->frame_fields, &fields))
		return 0;
	ns_withdraw_call(&hit, flight);
	flight->write_quota = quota;
	ns_announce_call(&hit, flight, fields);
	return 0;
}
