// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// net/http server, HTTP/1. The begin reads the request where (*conn).serve hands it to the handler, the end reads the
// response where serve looks whether the connection was hijacked; both run in the connection's goroutine.
#include <linux/bpf.h>
#include <linux/errno.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "go_headers.h"
#include "go_registers.h"
#include "go_values.h"
#include "http_in_flight.h"
#include "maps.h"
#include "nodespan/binary.h"
#include "nodespan/http.h"
#include "task.h"
#include "task_stack.h"
#include "trace_context.h"

char LICENSE[] SEC("license") = "GPL";

/// Wake the reader when the ring is a quarter full, and again only while it is barely above, so that a reader that is
/// busy catching up is not woken once per record.
#define NS_WAKE_BYTES (2 << 20)
#define NS_WAKE_BAND_BYTES (64 << 10)

/// What the begin needs for a moment, in the part of ns_http_server_span.text where no text stands yet.
struct scratch {
	char request[NS_HTTP_REQUEST_READ_MAX];
	char url[NS_HTTP_URL_READ_MAX];
	struct ns_header_walk walk;
};

#define NS_SCRATCH_BEGIN 1024
/// Where the end copies the response to: behind all texts but the pattern.
#define NS_SCRATCH_END 1536

_Static_assert(NS_SCRATCH_BEGIN + sizeof(struct scratch) <= NS_HTTP_TEXT_MAX, "scratch space");
_Static_assert(NS_HTTP_METHOD_MAX + NS_HTTP_PATH_MAX + NS_HTTP_QUERY_MAX + NS_HTTP_HOST_MAX + NS_HTTP_REMOTE_ADDR_MAX +
                       NS_HTTP_USER_AGENT_MAX + NS_HTTP_TRACESTATE_MAX <=
                   NS_SCRATCH_END,
               "scratch space");
_Static_assert(NS_SCRATCH_END + NS_HTTP_PATTERN_MAX < NS_HTTP_TEXT_MAX, "room for the pattern");

#define NS_TRACESTATE_LINES_MAX 8

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

/// Appends a text, at most `max` bytes of it. Where the texts end is kept in the map's value, not in a variable: the
/// verifier would follow every value it can have through all that comes behind.
static __always_inline void append(struct ns_http_in_flight *flight, __u32 text, struct ns_go_string value, __u64 max)
{
	struct ns_http_server_span *record = &flight->record;
	__u64 used = flight->text_used, len = value.len;

	if (len > max) {
		len = max;
		record->truncated |= 1 << text;
	}
	if (!len || used > NS_HTTP_TEXT_MAX - 1 - max)
		return;
	if (bpf_probe_read_user(record->text + used, len, (const void *)value.data)) {
		record->truncated |= 1 << text;
		return;
	}
	record->text_len[text] += len;
	flight->text_used = used + len;
}

/// Appends the lines of the tracestate header, joined with commas.
static __always_inline void append_tracestate(struct ns_http_in_flight *flight, struct ns_go_string lines)
{
	struct ns_http_server_span *record = &flight->record;

	for (__u64 i = 0; i < NS_TRACESTATE_LINES_MAX; i++) {
		__u64 used = flight->text_used, room = NS_HTTP_TRACESTATE_MAX - record->text_len[NS_HTTP_TRACESTATE];
		struct ns_go_string line;

		if (i >= lines.len)
			return;
		if (!room || ns_read_string(lines.data + i * sizeof(line), &line)) {
			record->truncated |= 1 << NS_HTTP_TRACESTATE;
			return;
		}
		if (i && used < NS_SCRATCH_END) {
			record->text[used] = ',';
			record->text_len[NS_HTTP_TRACESTATE]++;
			flight->text_used = used + 1;
		}
		if (line.len >= room) {
			append(flight, NS_HTTP_TRACESTATE, (struct ns_go_string){line.data, room - 1},
			       NS_HTTP_TRACESTATE_MAX);
			record->truncated |= 1 << NS_HTTP_TRACESTATE;
			return;
		}
		append(flight, NS_HTTP_TRACESTATE, line, NS_HTTP_TRACESTATE_MAX);
	}
	if (lines.len > NS_TRACESTATE_LINES_MAX)
		record->truncated |= 1 << NS_HTTP_TRACESTATE;
}

/// The first line of a header, empty without one.
static __always_inline struct ns_go_string first_line(struct ns_go_string lines)
{
	struct ns_go_string line = {};

	if (!lines.len || ns_read_string(lines.data, &line))
		line.len = 0;
	return line;
}

/// Whether this is the preface by which a client with prior knowledge opens HTTP/2 on a connection (RFC 9113, 3.4): the
/// server passes it to the handler as a request, and the handler takes the connection over.
static __always_inline int is_http2_preface(const struct ns_http_server_span *record)
{
	return record->text_len[NS_HTTP_METHOD] == 3 && record->text[0] == 'P' && record->text[1] == 'R' &&
	       record->text[2] == 'I' && record->text_len[NS_HTTP_PATH] == 1 && record->text[3] == '*';
}

/// Reads the request, decides whether it is sampled, and fills in what the record can know now. Returns 0 when the
/// request is in flight from here on; otherwise it has been counted and the entry is of no use.
static __always_inline int read_request(struct ns_http_in_flight *flight, const struct ns_binary_facts *facts,
                                        const struct ns_process_settings *settings)
{
	const struct ns_http_server_facts *at = &facts->http_server;
	struct ns_http_server_span *record = &flight->record;
	struct scratch *scratch = (struct scratch *)(record->text + NS_SCRATCH_BEGIN);
	char *request = scratch->request, *url = scratch->url;
	struct ns_go_string method, host, remote_addr, path, query;
	struct ns_headers headers;
	__u64 header, request_len, url_len;

	request_len = ns_read_object(request, at->request_read, NS_HTTP_REQUEST_READ_MAX, flight->request);
	url_len = ns_read_object(url, at->url_read, NS_HTTP_URL_READ_MAX,
	                         ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_url));
	// The server has written to all of a request, and to a URL at least up to its path.
	if (!request_len || request_len < at->request_read || url_len < at->url_path + sizeof(path)) {
		ns_count_loss(settings->counters_slot, NS_LOSS_READ_FAILED);
		return -1;
	}
	if (url_len < at->url_read)
		record->truncated |= 1 << NS_HTTP_QUERY;
	method = ns_string_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_method);
	host = ns_string_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_host);
	remote_addr = ns_string_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_remote_addr);
	header = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_header);
	path = ns_string_in(url, NS_HTTP_URL_READ_MAX, at->url_path);
	query = ns_string_in(url, NS_HTTP_URL_READ_MAX, at->url_raw_query);
	record->proto_major = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_proto_major);
	record->proto_minor = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_proto_minor);
	record->is_tls = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_tls) != 0;
	record->request_body_size = -1;
	if (at->request_content_length != NS_ABSENT)
		record->request_body_size = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_content_length);

	if (ns_find_headers(&facts->header_map, header, &scratch->walk))
		record->truncated |= NS_HTTP_HEADERS_CUT;
	headers = scratch->walk.found;
	if (!ns_read_parent(headers.traceparent, &record->span)) {
		headers.tracestate.len = 0;
		ns_new_id(record->span.trace_id, 4);
	}
	// It stays in flight, too: while its executable is handed from one mount to another, each probe runs twice.
	if (!ns_is_sampled(settings, &record->span)) {
		record->span.flags = 0;
		return 0;
	}
	ns_new_id(record->span.span_id, 2);
	record->span.flags = NS_TRACE_FLAG_SAMPLED;

	append(flight, NS_HTTP_METHOD, method, NS_HTTP_METHOD_MAX);
	append(flight, NS_HTTP_PATH, path, NS_HTTP_PATH_MAX);
	append(flight, NS_HTTP_QUERY, query, NS_HTTP_QUERY_MAX);
	append(flight, NS_HTTP_HOST, host, NS_HTTP_HOST_MAX);
	append(flight, NS_HTTP_REMOTE_ADDR, remote_addr, NS_HTTP_REMOTE_ADDR_MAX);
	append(flight, NS_HTTP_USER_AGENT, first_line(headers.user_agent), NS_HTTP_USER_AGENT_MAX);
	append_tracestate(flight, headers.tracestate);
	if (record->proto_major > 1 && !is_http2_preface(record)) {
		// HTTP/2 reaches the function that serves it by a call of its own; its response is of another type.
		ns_uncount_begun(settings->counters_slot);
		return -1;
	}
	return 0;
}

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
	append(flight, NS_HTTP_PATTERN, pattern, NS_HTTP_PATTERN_MAX);
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
static __always_inline void finish(struct ns_http_in_flight *flight, const struct ns_binary_facts *facts, __u8 outcome,
                                   __u64 end_ns)
{
	const struct ns_http_server_facts *at = &facts->http_server;
	struct ns_http_server_span *record = &flight->record;
	char *response = record->text + NS_SCRATCH_END;
	__u8 hijacked = 0;

	if (!(record->span.flags & NS_TRACE_FLAG_SAMPLED)) {
		ns_count_unsampled(record->span.counters_slot);
		return;
	}
	// Without its status, a response tells nothing.
	if (ns_read_object(response, at->response_read, NS_HTTP_RESPONSE_READ_MAX, flight->response) <
	    at->response_status + sizeof(__u64)) {
		ns_count_loss(record->span.counters_slot, NS_LOSS_READ_FAILED);
		return;
	}
	// Hijack clears the writer, so that a writer spares the read of the connection. Where it is absent, it reads as
	// nil.
	if (!ns_word_in(response, NS_HTTP_RESPONSE_READ_MAX, at->response_writer) && at->conn_hijacked != NS_ABSENT)
		bpf_probe_read_user(&hijacked, sizeof(hijacked),
		                    (const void *)(ns_word_in(response, NS_HTTP_RESPONSE_READ_MAX, at->response_conn) +
		                                   at->conn_hijacked));
	if (hijacked && is_http2_preface(record)) {
		ns_uncount_begun(record->span.counters_slot);
		return;
	}
	if (hijacked && outcome == NS_HTTP_RETURNED)
		outcome = NS_HTTP_HIJACKED;
	record->outcome = outcome;
	record->status = ns_word_in(response, NS_HTTP_RESPONSE_READ_MAX, at->response_status);
	record->response_body_size = -1;
	if (at->response_written != NS_ABSENT)
		record->response_body_size = ns_word_in(response, NS_HTTP_RESPONSE_READ_MAX, at->response_written);
	record->span.end_ns = end_ns;
	append_pattern(flight, at);
	emit(record, offsetof(struct ns_http_server_span, text) + flight->text_used);
}

/// Finds whose probe hit this is. Returns the facts of the binary, NULL when there are none.
static __always_inline const struct ns_binary_facts *identify(struct pt_regs *ctx, struct ns_goroutine *key)
{
	__u32 slot = bpf_get_attach_cookie(ctx);
	const struct ns_binary_facts *facts = bpf_map_lookup_elem(&binaries, &slot);

	if (!facts) {
		ns_stay_on_task_stack(ctx);
		return NULL;
	}
	key->process = ns_current_process_image();
	return facts;
}

static __always_inline int read_goid(struct pt_regs *ctx, const struct ns_binary_facts *facts, struct ns_goroutine *key)
{
	return ns_read_u64(NS_GO_G(ctx) + facts->goid, &key->goid);
}

/// Begins a request. Returns its entry, or NULL where there is nothing more to do.
static __always_inline struct ns_http_in_flight *begin(struct pt_regs *ctx, struct ns_goroutine *key,
                                                       const struct ns_process_settings *settings,
                                                       const struct ns_binary_facts *facts, __u64 response,
                                                       __u64 request, __u64 start_ns)
{
	struct ns_http_in_flight *flight;
	long failed;

	if (read_goid(ctx, facts, key)) {
		ns_count_begun(settings->counters_slot);
		ns_count_loss(settings->counters_slot, NS_LOSS_READ_FAILED);
		return NULL;
	}
	failed = bpf_map_update_elem(&http_in_flight, key, &empty_flight, BPF_NOEXIST);
	if (failed == -EEXIST) {
		flight = bpf_map_lookup_elem(&http_in_flight, key);
		// The stack check of a function, where the begin is for want of a better place, repeats when the stack
		// grows.
		if (flight && flight->response == response && flight->request == request)
			return NULL;
		if (flight)
			ns_count_dropped(&flight->record.span, NS_LOSS_END_MISSED);
		failed = bpf_map_update_elem(&http_in_flight, key, &empty_flight, BPF_ANY);
	}
	ns_count_begun(settings->counters_slot);
	flight = failed ? NULL : bpf_map_lookup_elem(&http_in_flight, key);
	if (!flight) {
		ns_count_loss(settings->counters_slot, NS_LOSS_IN_FLIGHT_FULL);
		return NULL;
	}
	flight->response = response;
	flight->request = request;
	flight->record.span.kind = NS_RECORD_HTTP_SERVER;
	flight->record.span.counters_slot = settings->counters_slot;
	flight->record.span.process = key->process;
	flight->record.span.goid = key->goid;
	flight->record.span.start_ns = start_ns;
	if (read_request(flight, facts, settings)) {
		bpf_map_delete_elem(&http_in_flight, key);
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
	struct ns_goroutine key = {};
	const struct ns_binary_facts *facts = identify(ctx, &key);
	const struct ns_process_settings *settings;

	if (!facts)
		return 0;
	settings = bpf_map_lookup_elem(&processes, &key.process);
	if (settings)
		begin(ctx, &key, settings, facts, NS_GO_ARG3(ctx), NS_GO_ARG4(ctx), now);
	return 0;
}

/// An end of the request that this goroutine has in flight. Without one, nothing to do: it began before it was traced,
/// or it is not sampled.
static __always_inline int end(struct pt_regs *ctx, __u8 outcome)
{
	__u64 now = bpf_ktime_get_ns();
	struct ns_goroutine key = {};
	const struct ns_binary_facts *facts = identify(ctx, &key);
	struct ns_http_in_flight *flight;

	if (!facts || read_goid(ctx, facts, &key))
		return 0;
	flight = bpf_map_lookup_elem(&http_in_flight, &key);
	if (!flight)
		return 0;
	finish(flight, facts, outcome, now);
	bpf_map_delete_elem(&http_in_flight, &key);
	return 0;
}

/// `call net/http.(*conn).hijacked` in (*conn).serve: follows every handler that returns.
SEC("uprobe")
int http_server_end(struct pt_regs *ctx)
{
	return end(ctx, NS_HTTP_RETURNED);
}

/// A call in the deferred function of (*conn).serve that is reached with a response in flight: the handler panicked, or
/// ended its goroutine.
SEC("uprobe")
int http_server_abort(struct pt_regs *ctx)
{
	return end(ctx, NS_HTTP_ABORTED);
}

/// `call net/http.(*response).sendExpectationFailed` in (*conn).serve: AX is the *response. No handler runs.
SEC("uprobe")
int http_server_reject(struct pt_regs *ctx)
{
	__u64 now = bpf_ktime_get_ns(), request;
	struct ns_goroutine key = {};
	const struct ns_binary_facts *facts = identify(ctx, &key);
	const struct ns_process_settings *settings;
	struct ns_http_in_flight *flight;
	__u8 once = 1;

	if (!facts)
		return 0;
	settings = bpf_map_lookup_elem(&processes, &key.process);
	if (!settings)
		return 0;
	if (!read_goid(ctx, facts, &key) && bpf_map_update_elem(&rejected, &key, &once, BPF_NOEXIST) == -EEXIST)
		return 0;
	if (ns_read_u64(NS_GO_ARG1(ctx) + facts->http_server.response_request, &request))
		return 0;
	flight = begin(ctx, &key, settings, facts, NS_GO_ARG1(ctx), request, now);
	if (!flight)
		return 0;
	finish(flight, facts, NS_HTTP_REJECTED, now);
	bpf_map_delete_elem(&http_in_flight, &key);
	return 0;
}
