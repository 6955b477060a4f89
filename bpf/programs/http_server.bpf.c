// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// net/http servers. HTTP/1: the begin reads the request where (*conn).serve hands it to the handler, the end reads the
// response where serve looks whether the connection was hijacked; both run in the connection's goroutine. HTTP/2: begin
// and end are in (*serverConn).runHandler, in the goroutine of the stream.
#include <linux/bpf.h>
#include <linux/errno.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "go_registers.h"
#include "go_values.h"
#include "goroutines.h"
#include "hit.h"
#include "http_request.h"
#include "http_response.h"
#include "in_flight.h"
#include "maps.h"
#include "nodespan/binary.h"
#include "nodespan/http.h"
#include "parents.h"
#include "quota.h"
#include "stale.h"

char LICENSE[] SEC("license") = "GPL";

/// Goroutines whose request was rejected, which is the last thing that they do: a probe that runs twice finds them
/// here.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct ns_goroutine);
	__type(value, __u8);
} rejected SEC(".maps");

/// What an entry starts as.
static const struct ns_http_in_flight empty_flight;

/// What is known of the server implementation, NULL when there is none of the kind that the cookie names.
static __always_inline const struct ns_http_server_facts *server_facts(const struct ns_hit *hit, int is_http2)
{
	__u64 server = is_http2 ? hit->variant : NS_HTTP1;

	return server < NS_HTTP_SERVER_COUNT ? &hit->facts->http_server[server] : NULL;
}

/// Called for each request in flight: gives up those that are stale.
static long give_up(struct bpf_map *map, const struct ns_goroutine *key, struct ns_http_in_flight *flight,
                    struct ns_sweep *sweep)
{
	struct ns_span books = ns_books_of(&flight->record.span);
	struct ns_goroutine owned = *key;
	__u64 context = flight->context;

	if (!ns_is_stale(&flight->record.span, sweep) ||
	    ns_leave(map, &owned, books.counters_slot, NS_IN_FLIGHT_HTTP_SERVER))
		return 0;
	ns_count_dropped(&books, NS_LOSS_END_MISSED);
	ns_forget_old_context(&owned, context);
	return 0;
}

/// The request of this goroutine has ended.
static __always_inline void leave(const struct ns_hit *hit, struct ns_http_in_flight *flight)
{
	if (flight->is_registered)
		ns_forget_context(&hit->key.process, flight->context);
	ns_leave(&http_in_flight, &hit->key, flight->record.span.counters_slot, NS_IN_FLIGHT_HTTP_SERVER);
}

/// Begins a request. Returns its entry, or NULL where there is nothing more to do.
static __always_inline struct ns_http_in_flight *begin(struct pt_regs *ctx, struct ns_hit *hit,
                                                       struct ns_process_settings *settings, __u64 response,
                                                       __u64 request, __u64 start_ns, int is_http2)
{
	const struct ns_http_server_facts *at = server_facts(hit, is_http2);
	struct ns_http_in_flight *flight;
	long failed;

	if (!at)
		return NULL;
	if (ns_read_goid(ctx, hit)) {
		ns_count_begun(settings->counters_slot);
		ns_count_loss(settings->counters_slot, NS_LOSS_READ_FAILED);
		return NULL;
	}
	failed = ns_enter(&http_in_flight, &hit->key, &empty_flight, settings, NS_IN_FLIGHT_HTTP_SERVER);
	if (failed == -EEXIST) {
		flight = bpf_map_lookup_elem(&http_in_flight, &hit->key);
		// The stack check of a function, where the begin is for want of a better place, repeats when the stack
		// grows.
		if (flight && flight->response == response && flight->request == request)
			return NULL;
		if (flight) {
			ns_count_dropped(&flight->record.span, NS_LOSS_END_MISSED);
			ns_forget_old_context(&hit->key, flight->context);
		}
		failed = bpf_map_update_elem(&http_in_flight, &hit->key, &empty_flight, BPF_ANY);
	} else if (failed && ns_make_room(&http_in_flight, give_up, start_ns, settings->counters_slot, failed)) {
		failed = ns_enter(&http_in_flight, &hit->key, &empty_flight, settings, NS_IN_FLIGHT_HTTP_SERVER);
	}
	ns_count_begun(settings->counters_slot);
	flight = failed ? NULL : bpf_map_lookup_elem(&http_in_flight, &hit->key);
	if (!flight) {
		ns_count_not_entered(settings->counters_slot, failed);
		return NULL;
	}
	flight->response = response;
	flight->request = request;
	flight->record.span.kind = NS_RECORD_HTTP_SERVER;
	flight->record.span.counters_slot = settings->counters_slot;
	flight->record.span.process = hit->key.process;
	flight->record.span.goid = hit->key.goid;
	flight->record.span.start_ns = start_ns;
	if (is_http2)
		ns_mark_own_goroutine(&flight->mark);
	else
		ns_mark_goroutine(ctx, hit, settings, &flight->mark);
	if (ns_read_request(flight, hit->facts, at, settings, is_http2)) {
		ns_leave(&http_in_flight, &hit->key, settings->counters_slot, NS_IN_FLIGHT_HTTP_SERVER);
		return NULL;
	}
	if (*(volatile const __u32 *)&settings->wants_contexts) {
		flight->is_registered = 1;
		ns_register_context(&hit->key, flight->context, NS_RECORD_HTTP_SERVER);
	}
	return flight;
}

/// `call net/http.serverHandler.ServeHTTP` in (*conn).serve: the third argument is the *response behind the
/// ResponseWriter, the fourth the *Request.
SEC("uprobe")
int http_server_begin(struct pt_regs *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	struct ns_process_settings *settings;
	struct ns_hit hit = {};

	if (!ns_identify(ctx, &hit))
		return 0;
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (settings)
		begin(ctx, &hit, settings, NS_GO_ARG3(ctx), NS_GO_ARG4(ctx), now, 0);
	return 0;
}

/// The prologue of (*serverConn).runHandler: the second argument is the *responseWriter, the third the request.
SEC("uprobe")
int http2_server_begin(struct pt_regs *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	struct ns_process_settings *settings;
	struct ns_hit hit = {};

	if (!ns_identify(ctx, &hit))
		return 0;
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (settings)
		begin(ctx, &hit, settings, NS_GO_ARG2(ctx), NS_GO_ARG3(ctx), now, 1);
	return 0;
}

/// An end of the request that this goroutine has in flight. Without one, nothing to do: it began before it was traced,
/// or this end was seen already.
static __always_inline int end(struct pt_regs *ctx, __u8 outcome, int is_http2)
{
	__u64 now = bpf_ktime_get_ns();
	const struct ns_http_server_facts *at;
	struct ns_http_in_flight *flight;
	struct ns_hit hit = {};

	if (!ns_identify(ctx, &hit) || ns_read_goid(ctx, &hit))
		return 0;
	at = server_facts(&hit, is_http2);
	flight = bpf_map_lookup_elem(&http_in_flight, &hit.key);
	if (!at || !flight)
		return 0;
	if (is_http2 && __sync_val_compare_and_swap(&flight->fate, NS_HTTP_OPEN, NS_HTTP_ENDED) == NS_HTTP_TAKEN)
		ns_uncount_begun(flight->record.span.counters_slot);
	else
		ns_finish(flight, at, outcome, now, is_http2);
	leave(&hit, flight);
	return 0;
}

/// `call net/http.(*conn).hijacked` in (*conn).serve: follows every handler that returns.
SEC("uprobe")
int http_server_end(struct pt_regs *ctx)
{
	return end(ctx, NS_HTTP_RETURNED, 0);
}

/// `call (*responseWriter).handlerDone` in the deferred function of runHandler: follows every handler that returns.
SEC("uprobe")
int http2_server_end(struct pt_regs *ctx)
{
	return end(ctx, NS_HTTP_RETURNED, 1);
}

/// A call in the deferred function of (*conn).serve that is reached with a response in flight: the handler panicked, or
/// ended its goroutine.
SEC("uprobe")
int http_server_abort(struct pt_regs *ctx)
{
	return end(ctx, NS_HTTP_ABORTED, 0);
}

/// `call (*serverConn).writeFrameFromHandler` in the deferred function of runHandler: resets the stream of a handler
/// that panicked or ended its goroutine.
SEC("uprobe")
int http2_server_abort(struct pt_regs *ctx)
{
	return end(ctx, NS_HTTP_ABORTED, 1);
}

/// `call net/http.(*response).sendExpectationFailed` in (*conn).serve: the first argument is the *response. No
/// handler runs.
SEC("uprobe")
int http_server_reject(struct pt_regs *ctx)
{
	__u64 now = bpf_ktime_get_ns(), request;
	struct ns_process_settings *settings;
	const struct ns_http_server_facts *at;
	struct ns_http_in_flight *flight;
	struct ns_hit hit = {};
	__u8 once = 1;

	if (!ns_identify(ctx, &hit))
		return 0;
	at = server_facts(&hit, 0);
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (!at || !settings)
		return 0;
	if (!ns_read_goid(ctx, &hit) && bpf_map_update_elem(&rejected, &hit.key, &once, BPF_NOEXIST) == -EEXIST)
		return 0;
	if (ns_read_u64(NS_GO_ARG1(ctx) + at->response_request, &request)) {
		ns_count_begun(settings->counters_slot);
		ns_count_loss(settings->counters_slot, NS_LOSS_READ_FAILED);
		return 0;
	}
	flight = begin(ctx, &hit, settings, NS_GO_ARG1(ctx), request, now, 0);
	if (!flight)
		return 0;
	ns_finish(flight, at, NS_HTTP_REJECTED, now, 0);
	leave(&hit, flight);
	return 0;
}

/// The request that this goroutine has in flight, if no route is known of it yet: the first router that shows one is
/// the outermost.
static __always_inline struct ns_http_in_flight *routeless(struct pt_regs *ctx, struct ns_hit *hit)
{
	struct ns_http_in_flight *flight;

	if (!ns_identify(ctx, hit) || ns_read_goid(ctx, hit))
		return NULL;
	flight = bpf_map_lookup_elem(&http_in_flight, &hit->key);
	return flight && !flight->record.text_len[NS_HTTP_PATTERN] ? flight : NULL;
}

/// Behind `call (*ServeMux).Handler` in (*ServeMux).ServeHTTP up to Go 1.21, `call (*ServeMux).findHandler` or
/// `call (*serveMux121).findHandler` from then on: the third and the fourth result are the pattern. It is read here,
/// since the request that the mux writes it to may be garbage by the end.
SEC("uprobe")
int http_route_returned(struct pt_regs *ctx)
{
	struct ns_hit hit = {};
	struct ns_http_in_flight *flight = routeless(ctx, &hit);

	if (flight)
		ns_append(flight, NS_HTTP_PATTERN, (struct ns_go_string){NS_GO_ARG3(ctx), NS_GO_ARG4(ctx)},
		          NS_HTTP_PATTERN_MAX);
	return 0;
}

/// Adds the template that a router's struct has.
static __always_inline int route(struct pt_regs *ctx, __u64 address)
{
	const struct ns_route_facts *at;
	struct ns_go_string text;
	struct ns_hit hit = {};
	struct ns_http_in_flight *flight = routeless(ctx, &hit);

	if (!flight || hit.variant >= NS_ROUTER_COUNT)
		return 0;
	at = &hit.facts->routes[hit.variant];
	if (at->pointer != NS_ABSENT && (ns_read_u64(address + at->pointer, &address) || !address))
		return 0;
	if (at->texts != NS_ABSENT) {
		if (!ns_read_string(address + at->texts, &text))
			ns_append_joined(flight, text);
	} else if (!ns_read_string(address + at->text, &text) && text.data - flight->path >= flight->path_len) {
		ns_append(flight, NS_HTTP_PATTERN, text, NS_HTTP_PATTERN_MAX);
	}
	return 0;
}

/// `call sync.(*Pool).Put` behind the handler, by which a router gives the context of a request back: the third
/// argument is the context.
SEC("uprobe")
int http_route_pooled(struct pt_regs *ctx)
{
	return route(ctx, NS_GO_ARG3(ctx));
}

/// The call of a function whose second argument is the route that a router has chosen.
SEC("uprobe")
int http_route_chosen(struct pt_regs *ctx)
{
	return route(ctx, NS_GO_ARG2(ctx));
}
