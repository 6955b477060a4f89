// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// net/http clients, one span for each round trip of a http.Transport, however often that sends the request again by
// itself. It begins where (*Transport).roundTrip does, and ends where the response or the error comes back: for HTTP/1
// in roundTrip, for HTTP/2 in (*Transport).RoundTripOpt of its implementation. All of it runs in the caller's
// goroutine.
#include <linux/bpf.h>
#include <linux/errno.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "go_registers.h"
#include "go_values.h"
#include "hit.h"
#include "http_client_request.h"
#include "http_client_response.h"
#include "in_flight.h"
#include "maps.h"
#include "nodespan/binary.h"
#include "nodespan/http_client.h"
#include "quota.h"
#include "stale.h"

char LICENSE[] SEC("license") = "GPL";

/// What an entry starts as.
static const struct ns_http_client_in_flight empty_flight;

/// Whether a goroutine that has a request in flight is still at that: the place of the begin can be passed twice, and
/// below net/http's Transport there may be one of golang.org/x/net, with the same header.
static __always_inline int is_same(const struct ns_hit *hit, const struct ns_http_client_in_flight *flight,
                                   __u64 request, __u32 client)
{
	__u64 header;

	if (flight->request == request)
		return 1;
	return client == NS_HTTP2_CLIENT_X && flight->header &&
	       !ns_read_u64(request + hit->facts->http_client.request_header, &header) && header == flight->header;
}

/// The request that this goroutine had in flight won't end any more.
static __always_inline void drop(const struct ns_hit *hit, const struct ns_http_client_in_flight *flight)
{
	ns_withdraw(&hit->key.process, flight->header);
	ns_count_dropped(&flight->record.span, NS_LOSS_END_MISSED);
}

/// Called for each request in flight: gives up those that are stale.
static long give_up(struct bpf_map *map, const struct ns_goroutine *key, struct ns_http_client_in_flight *flight,
                    struct ns_sweep *sweep)
{
	struct ns_span books = ns_books_of(&flight->record.span);
	struct ns_goroutine owned = *key;
	__u64 header = flight->header;

	if (!ns_is_stale(&flight->record.span, sweep) ||
	    ns_leave(map, &owned, books.counters_slot, NS_IN_FLIGHT_HTTP_CLIENT))
		return 0;
	ns_count_dropped(&books, NS_LOSS_END_MISSED);
	ns_withdraw(&owned.process, header);
	return 0;
}

/// Begins a request: the second argument is the *Request.
static __always_inline int begin(struct pt_regs *ctx, __u32 client)
{
	__u64 now = bpf_ktime_get_ns(), request = NS_GO_ARG2(ctx);
	struct ns_process_settings *settings;
	struct ns_http_client_in_flight *flight;
	struct ns_hit hit = {};
	long failed;

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
	failed = ns_enter(&http_client_in_flight, &hit.key, &empty_flight, settings, NS_IN_FLIGHT_HTTP_CLIENT);
	if (failed == -EEXIST) {
		flight = bpf_map_lookup_elem(&http_client_in_flight, &hit.key);
		if (flight && is_same(&hit, flight, request, client))
			return 0;
		if (flight)
			drop(&hit, flight);
		failed = bpf_map_update_elem(&http_client_in_flight, &hit.key, &empty_flight, BPF_ANY);
	} else if (failed && ns_make_room(&http_client_in_flight, give_up, now, settings->counters_slot, failed)) {
		failed = ns_enter(&http_client_in_flight, &hit.key, &empty_flight, settings, NS_IN_FLIGHT_HTTP_CLIENT);
	}
	ns_count_begun(settings->counters_slot);
	flight = failed ? NULL : bpf_map_lookup_elem(&http_client_in_flight, &hit.key);
	if (!flight) {
		ns_count_not_entered(settings->counters_slot, failed);
		return 0;
	}
	flight->request = request;
	flight->client = client;
	flight->record.span.kind = NS_RECORD_HTTP_CLIENT;
	flight->record.span.counters_slot = settings->counters_slot;
	flight->record.span.process = hit.key.process;
	flight->record.span.goid = hit.key.goid;
	flight->record.span.start_ns = now;
	if (ns_read_client_request(ctx, &hit, flight, settings))
		ns_leave(&http_client_in_flight, &hit.key, settings->counters_slot, NS_IN_FLIGHT_HTTP_CLIENT);
	return 0;
}

/// What has come back to the code that a probe is in.
enum arrival {
	/// The response, or an error after which the request may be sent again.
	ARRIVED_RESPONSE,
	/// What the round trip returns.
	ARRIVED_RESULT,
	/// What a round trip of golang.org/x/net returns, which may be one below net/http's Transport.
	ARRIVED_OWN_RESULT,
	/// An error, or none when the request is sent again.
	ARRIVED_ERROR,
};

/// Ends the request that this goroutine has in flight. Without one, nothing to do: it began before it was traced, or
/// its end was seen already.
static __always_inline int end(struct pt_regs *ctx, enum arrival arrival)
{
	__u64 now = bpf_ktime_get_ns();
	struct ns_round_trip trip = {.result = NS_GO_ARG1(ctx), .error = {NS_GO_ARG2(ctx), NS_GO_ARG3(ctx)}};
	struct ns_http_client_in_flight *flight;
	struct ns_hit hit = {};

	if (!ns_identify(ctx, &hit) || ns_read_goid(ctx, &hit))
		return 0;
	if (arrival == ARRIVED_RESPONSE ? trip.error.itab != 0 : arrival == ARRIVED_ERROR && !trip.error.itab)
		return 0;
	flight = bpf_map_lookup_elem(&http_client_in_flight, &hit.key);
	if (!flight || (arrival == ARRIVED_OWN_RESULT && flight->client != NS_HTTP2_CLIENT_X))
		return 0;
	if (hit.variant == NS_HTTP2_CLIENT_INTERNAL)
		trip.response = NS_HTTP2_RESPONSE_INTERNAL;
	ns_withdraw(&hit.key.process, flight->header);
	ns_finish_client(flight, hit.facts, &trip, now);
	ns_leave(&http_client_in_flight, &hit.key, flight->record.span.counters_slot, NS_IN_FLIGHT_HTTP_CLIENT);
	return 0;
}

/// The prologue of net/http.(*Transport).roundTrip: the second argument is the *Request.
SEC("uprobe")
int http_client_begin(struct pt_regs *ctx)
{
	return begin(ctx, NS_HTTP_CLIENT);
}

/// The prologue of (*Transport).RoundTripOpt of golang.org/x/net/http2: the second argument is the *Request.
SEC("uprobe")
int http2_client_begin(struct pt_regs *ctx)
{
	return begin(ctx, NS_HTTP2_CLIENT_X);
}

/// Behind `call (*persistConn).roundTrip` in (*Transport).roundTrip, or behind `call (*ClientConn).roundTrip` in
/// (*Transport).RoundTripOpt: the results are *Response and error.
SEC("uprobe")
int http_client_end(struct pt_regs *ctx)
{
	return end(ctx, ARRIVED_RESPONSE);
}

/// A `ret` of (*Transport).roundTrip that what has succeeded doesn't pass: the results are *Response and error.
SEC("uprobe")
int http_client_failed(struct pt_regs *ctx)
{
	return end(ctx, ARRIVED_RESULT);
}

/// Behind `call shouldRetryRequest` in (*Transport).RoundTripOpt: the second and the third result are the error with
/// which the round trip fails, nil when it is tried again.
SEC("uprobe")
int http2_client_failed(struct pt_regs *ctx)
{
	return end(ctx, ARRIVED_ERROR);
}

/// A `ret` of (*Transport).RoundTripOpt of golang.org/x/net/http2 that what has succeeded doesn't pass.
SEC("uprobe")
int http2_client_refused(struct pt_regs *ctx)
{
	return end(ctx, ARRIVED_OWN_RESULT);
}
