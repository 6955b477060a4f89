// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// net/http servers. HTTP/1: the begin reads the request where (*conn).serve hands it to the handler, the end reads the
// response where serve looks whether the connection was hijacked; both run in the connection's goroutine. HTTP/2: begin
// and end are in (*serverConn).runHandler, in the goroutine of the stream.
#include <linux/bpf.h>
#include <linux/errno.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "go_registers.h"
#include "go_values.h"
#include "http_in_flight.h"
#include "http_request.h"
#include "maps.h"
#include "nodespan/binary.h"
#include "nodespan/http.h"
#include "task.h"
#include "task_stack.h"

char LICENSE[] SEC("license") = "GPL";

/// Wake the reader when the ring is a quarter full, and again only while it is barely above, so that a reader that is
/// busy catching up is not woken once per record.
#define NS_WAKE_BYTES (2 << 20)
#define NS_WAKE_BAND_BYTES (64 << 10)

/// What an entry starts as.
static const struct ns_http_in_flight empty_flight;

/// Appends the pattern that the server's own request shows now.
static __always_inline void append_pattern(struct ns_http_in_flight *flight, const struct ns_http_server_facts *at)
{
	struct ns_go_string pattern = {};
	__u64 matched = 0;

	if (at->request_pattern != NS_ABSENT) {
		if (ns_read_string(flight->request + at->request_pattern, &pattern))
			return;
	} else if (at->request_pat != NS_ABSENT && at->pattern_str != NS_ABSENT) {
		if (ns_read_u64(flight->request + at->request_pat, &matched) || !matched ||
		    ns_read_string(matched + at->pattern_str, &pattern))
			return;
	}
	ns_append(flight, NS_HTTP_PATTERN, pattern, NS_HTTP_PATTERN_MAX);
}

/// Hands the finished record to user space. `len` bytes of it are in use.
static __always_inline void emit(struct ns_http_server_span *record, __u64 len)
{
	__u64 waiting = bpf_ringbuf_query(&spans, BPF_RB_AVAIL_DATA);
	__u64 flags = waiting - NS_WAKE_BYTES < NS_WAKE_BAND_BYTES ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;

	if (len > sizeof(*record) || bpf_ringbuf_output(&spans, record, len, flags))
		ns_count_loss(record->span.counters_slot, NS_LOSS_RING_FULL);
	else
		ns_count_emitted(record->span.counters_slot);
}

/// Reads the response, completes the record and emits it.
static __always_inline void finish(struct ns_http_in_flight *flight, const struct ns_http_server_facts *at,
                                   __u8 outcome, __u64 end_ns, int is_http2)
{
	struct ns_http_server_span *record = &flight->record;
	char *copy = record->text + NS_SCRATCH_END;
	__u64 response = flight->response, from = at->response_from;
	__u8 hijacked = 0;

	// Without its status, a response tells nothing.
	if ((is_http2 && ns_read_u64(response + at->writer_response, &response)) ||
	    ns_read_object(copy, at->response_read, NS_HTTP_RESPONSE_READ_MAX, response + from) <
	        at->response_status - from + sizeof(__u64)) {
		ns_count_loss(record->span.counters_slot, NS_LOSS_READ_FAILED);
		return;
	}
	if (!is_http2) {
		// Hijack clears the writer, so that a writer spares the read of the connection. Where it is absent, it
		// reads as nil.
		if (!ns_word_in(copy, NS_HTTP_RESPONSE_READ_MAX, at->response_writer - from) &&
		    at->conn_hijacked != NS_ABSENT)
			bpf_probe_read_user(
			    &hijacked, sizeof(hijacked),
			    (const void *)(ns_word_in(copy, NS_HTTP_RESPONSE_READ_MAX, at->response_conn - from) +
			                   at->conn_hijacked));
		if (hijacked && ns_is_http2_preface(record)) {
			ns_uncount_begun(record->span.counters_slot);
			return;
		}
		if (hijacked && outcome == NS_HTTP_RETURNED)
			outcome = NS_HTTP_HIJACKED;
	}
	record->outcome = outcome;
	record->status = ns_word_in(copy, NS_HTTP_RESPONSE_READ_MAX, at->response_status - from);
	record->response_body_size = -1;
	if (at->response_written != NS_ABSENT)
		record->response_body_size = ns_word_in(copy, NS_HTTP_RESPONSE_READ_MAX, at->response_written - from);
	record->span.end_ns = end_ns;
	append_pattern(flight, at);
	emit(record, offsetof(struct ns_http_server_span, text) + flight->text_used);
}

/// A probe hit: whose it is, and what is known of the program.
struct hit {
	struct ns_goroutine key;
	const struct ns_binary_facts *facts;
	const struct ns_http_server_facts *at;
};

/// Finds whose probe hit this is. Returns 0 when nothing is known of the binary.
static __always_inline int identify(struct pt_regs *ctx, struct hit *hit, int is_http2)
{
	__u64 cookie = bpf_get_attach_cookie(ctx), server = is_http2 ? cookie >> 32 : NS_HTTP1;
	__u32 slot = cookie;

	hit->facts = bpf_map_lookup_elem(&binaries, &slot);
	if (!hit->facts || server >= NS_HTTP_SERVER_COUNT) {
		ns_stay_on_task_stack(ctx);
		return 0;
	}
	hit->at = &hit->facts->http_server[server];
	hit->key.process = ns_current_process_image();
	return 1;
}

static __always_inline int read_goid(struct pt_regs *ctx, struct hit *hit)
{
	return ns_read_u64(NS_GO_G(ctx) + hit->facts->goid, &hit->key.goid);
}

/// Begins a request. Returns its entry, or NULL where there is nothing more to do.
static __always_inline struct ns_http_in_flight *begin(struct pt_regs *ctx, struct hit *hit,
                                                       const struct ns_process_settings *settings, __u64 response,
                                                       __u64 request, __u64 start_ns, int is_http2)
{
	struct ns_http_in_flight *flight;
	long failed;

	if (read_goid(ctx, hit)) {
		ns_count_begun(settings->counters_slot);
		ns_count_loss(settings->counters_slot, NS_LOSS_READ_FAILED);
		return NULL;
	}
	failed = bpf_map_update_elem(&http_in_flight, &hit->key, &empty_flight, BPF_NOEXIST);
	if (failed == -EEXIST) {
		flight = bpf_map_lookup_elem(&http_in_flight, &hit->key);
		// The stack check of a function, where the begin is for want of a better place, repeats when the stack
		// grows. And HTTP/2 comes by the function that stands in for HTTP/1's begin.
		if (flight && ((flight->response == response && flight->request == request) ||
		               (!is_http2 && flight->record.proto_major > 1)))
			return NULL;
		ns_count_loss(settings->counters_slot, NS_LOSS_END_MISSED);
		failed = bpf_map_update_elem(&http_in_flight, &hit->key, &empty_flight, BPF_ANY);
	}
	ns_count_begun(settings->counters_slot);
	flight = failed ? NULL : bpf_map_lookup_elem(&http_in_flight, &hit->key);
	if (!flight) {
		ns_count_loss(settings->counters_slot, NS_LOSS_IN_FLIGHT_FULL);
		return NULL;
	}
	flight->response = response;
	flight->request = request;
	flight->record.span.kind = NS_RECORD_HTTP_SERVER;
	flight->record.span.counters_slot = settings->counters_slot;
	flight->record.span.process = hit->key.process;
	flight->record.span.goid = hit->key.goid;
	flight->record.span.start_ns = start_ns;
	if (ns_read_request(flight, hit->facts, hit->at, settings, is_http2)) {
		bpf_map_delete_elem(&http_in_flight, &hit->key);
		return NULL;
	}
	return flight;
}

/// `call net/http.serverHandler.ServeHTTP` in (*conn).serve, or that function's prologue: CX is the *response behind
/// the ResponseWriter, DI the *Request.
SEC("uprobe")
int http_server_begin(struct pt_regs *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	const struct ns_process_settings *settings;
	struct hit hit = {};

	if (!identify(ctx, &hit, 0))
		return 0;
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (settings)
		begin(ctx, &hit, settings, NS_GO_ARG3(ctx), NS_GO_ARG4(ctx), now, 0);
	return 0;
}

/// The prologue of (*serverConn).runHandler: BX is the *responseWriter, CX the request.
SEC("uprobe")
int http2_server_begin(struct pt_regs *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	const struct ns_process_settings *settings;
	struct hit hit = {};

	if (!identify(ctx, &hit, 1))
		return 0;
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (settings)
		begin(ctx, &hit, settings, NS_GO_ARG2(ctx), NS_GO_ARG3(ctx), now, 1);
	return 0;
}

/// An end of the request that this goroutine has in flight. Without one, nothing to do: it began before it was traced,
/// or it is not sampled.
static __always_inline int end(struct pt_regs *ctx, __u8 outcome, int is_http2)
{
	__u64 now = bpf_ktime_get_ns();
	struct ns_http_in_flight *flight;
	struct hit hit = {};

	if (!identify(ctx, &hit, is_http2) || read_goid(ctx, &hit))
		return 0;
	flight = bpf_map_lookup_elem(&http_in_flight, &hit.key);
	if (!flight)
		return 0;
	finish(flight, hit.at, outcome, now, is_http2);
	bpf_map_delete_elem(&http_in_flight, &hit.key);
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

/// `call net/http.(*response).sendExpectationFailed` in (*conn).serve: AX is the *response. No handler runs.
SEC("uprobe")
int http_server_reject(struct pt_regs *ctx)
{
	__u64 now = bpf_ktime_get_ns(), request;
	const struct ns_process_settings *settings;
	struct ns_http_in_flight *flight;
	struct hit hit = {};

	if (!identify(ctx, &hit, 0))
		return 0;
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (!settings || ns_read_u64(NS_GO_ARG1(ctx) + hit.at->response_request, &request))
		return 0;
	flight = begin(ctx, &hit, settings, NS_GO_ARG1(ctx), request, now, 0);
	if (!flight)
		return 0;
	finish(flight, hit.at, NS_HTTP_REJECTED, now, 0);
	bpf_map_delete_elem(&http_in_flight, &hit.key);
	return 0;
}
