// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Trace contexts in the requests that net/http clients send. HTTP/1: a line behind those that are in the connection's
// buffer when the client comes to the request's own headers. HTTP/2: a field behind the header block that is in the
// connection's buffer when the client is about to send it; which request that is, the same goroutine told shortly
// before.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "go_registers.h"
#include "go_values.h"
#include "hit.h"
#include "http2_frames.h"
#include "maps.h"
#include "nodespan/binary.h"
#include "propagation.h"
#include "propagation_write.h"

char LICENSE[] SEC("license") = "GPL";

/// Requests whose header block their goroutine is making.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct ns_goroutine);
	__type(value, struct ns_outgoing);
} http2_requests SEC(".maps");

#define NS_LINE_NAME "Traceparent: "
#define NS_LINE_STATE_NAME "Tracestate: "
#define NS_LINE_LEN (sizeof(NS_LINE_NAME) - 1 + NS_TRACEPARENT_LEN + 2)
#define NS_LINE_STATE_AT (NS_LINE_LEN + sizeof(NS_LINE_STATE_NAME) - 1)

_Static_assert(NS_LINE_STATE_AT + NS_HTTP_TRACESTATE_MAX + 2 <= NS_HEADERS_MAX - 8, "room");

/// Makes the text of the lines.
static __always_inline void make_lines(struct ns_headers_out *headers, const struct ns_process_image *process,
                                       int has_tracestate)
{
	struct ns_tracestate state;
	char *text = headers->text;
	__u64 len;

	__builtin_memcpy(text, NS_LINE_NAME, sizeof(NS_LINE_NAME) - 1);
	ns_format_traceparent(&headers->request, text + sizeof(NS_LINE_NAME) - 1);
	text[NS_LINE_LEN - 2] = '\r';
	text[NS_LINE_LEN - 1] = '\n';
	headers->len = NS_LINE_LEN;
	if (has_tracestate)
		return;
	state = ns_find_tracestate(process, &headers->request.owner);
	len = ns_append_tracestate_out(headers, process, state, NS_LINE_STATE_AT);
	if (!len || len > NS_HTTP_TRACESTATE_MAX)
		return;
	__builtin_memcpy(text + NS_LINE_LEN, NS_LINE_STATE_NAME, sizeof(NS_LINE_STATE_NAME) - 1);
	text[NS_LINE_STATE_AT + len] = '\r';
	text[NS_LINE_STATE_AT + len + 1] = '\n';
	headers->len = NS_LINE_STATE_AT + len + 2;
}

/// Whether an interface value shows a type.
static __always_inline int is_of_type(__u64 itab, __u32 hash)
{
	__u32 found;

	return !bpf_probe_read_user(&found, sizeof(found), (const void *)(itab + NS_ITAB_HASH)) && found == hash;
}

static __always_inline __u32 write_lines(const struct ns_hit *hit, struct ns_process_settings *settings,
                                         struct ns_headers_out *headers, struct ns_go_interface target)
{
	const struct ns_propagation_facts *at = &hit->facts->propagation;
	struct ns_writer writer;
	__u32 outcome;

	if (!is_of_type(target.itab, at->bufio_writer))
		return NS_UNWRITTEN_WRITER;
	if (ns_read_writer(headers, &at->bufio, target.data, &writer))
		return NS_UNWRITTEN_FAILED;
	if (!is_of_type(ns_word_in(headers->back, NS_WRITER_READ_MAX, at->bufio.target), at->connection_writer))
		return NS_UNWRITTEN_WRITER;
	make_lines(headers, &hit->key.process, headers->request.has_tracestate);
	if (writer.used >= headers->len && ns_reads_text(headers, writer.buffer + writer.used - headers->len))
		return NS_WRITTEN_BEFORE;
	if (writer.len - writer.used < headers->len)
		return NS_UNWRITTEN_NO_ROOM;
	outcome = ns_write_text(headers, &hit->key.process, settings, writer.buffer + writer.used);
	if (outcome == NS_WRITTEN)
		outcome = ns_write_word(&hit->key.process, settings, writer.used_at, writer.used + headers->len);
	return outcome;
}

/// `call net/http.Header.writeSubset` in (*Request).write: the first argument is the request's header map, the second
/// and the third are the writer.
SEC("uprobe")
int http1_propagate(struct pt_regs *ctx)
{
	struct ns_process_settings *settings;
	struct ns_headers_out *headers;
	struct ns_outgoing *request;
	struct ns_hit hit = {};
	struct ns_object key;
	__u32 outcome;

	if (!ns_identify(ctx, &hit))
		return 0;
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (!settings || !settings->writes)
		return 0;
	key = (struct ns_object){.process = hit.key.process, .address = NS_GO_ARG1(ctx)};
	request = bpf_map_lookup_elem(&outgoing, &key);
	if (!request)
		return 0;
	outcome = ns_judge(request);
	headers = outcome != NS_WRITTEN || ns_read_goid(ctx, &hit) ? NULL : ns_begin_headers(&hit.key, request);
	if (headers)
		outcome =
		    write_lines(&hit, settings, headers, (struct ns_go_interface){NS_GO_ARG2(ctx), NS_GO_ARG3(ctx)});
	else if (outcome == NS_WRITTEN)
		outcome = NS_UNWRITTEN_FAILED;
	ns_end_headers(&hit.key, settings->counters_slot, outcome);
	return 0;
}

/// `call (*clientStream).encodeAndWriteHeaders` in (*clientStream).writeRequest: the second argument is the request.
/// The stream's goroutine has nothing locked yet.
SEC("uprobe")
int http2_announce(struct pt_regs *ctx)
{
	const struct ns_propagation_facts *at;
	struct ns_process_settings *settings;
	struct ns_outgoing *request, own;
	struct ns_hit hit = {};
	struct ns_object key;
	__u32 outcome;
	ns_offset header;

	if (!ns_identify(ctx, &hit))
		return 0;
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (!settings || !settings->writes)
		return 0;
	at = &hit.facts->propagation;
	header = hit.variant == NS_HTTP2_CLIENT_REQUEST ? at->client_request_header : at->request_header;
	key.process = hit.key.process;
	if (ns_read_u64(NS_GO_ARG2(ctx) + header, &key.address))
		return 0;
	request = bpf_map_lookup_elem(&outgoing, &key);
	if (!request)
		return 0;
	own = *request;
	outcome = ns_judge(&own);
	if (outcome == NS_WRITTEN &&
	    (ns_read_goid(ctx, &hit) || bpf_map_update_elem(&http2_requests, &hit.key, &own, BPF_ANY)))
		outcome = NS_UNWRITTEN_FAILED;
	if (outcome != NS_WRITTEN)
		ns_count_unwritten(settings->counters_slot, outcome);
	return 0;
}

/// `call bufio.(*Writer).Flush` in (*ClientConn).writeHeaders: the first argument is the connection's *bufio.Writer,
/// which has the header block.
SEC("uprobe")
int http2_propagate(struct pt_regs *ctx)
{
	struct ns_process_settings *settings;
	struct ns_headers_out *headers;
	struct ns_outgoing *request, own;
	struct ns_writer writer;
	struct ns_hit hit = {};
	__u32 outcome;

	if (!ns_identify(ctx, &hit) || ns_read_goid(ctx, &hit))
		return 0;
	request = bpf_map_lookup_elem(&http2_requests, &hit.key);
	if (!request)
		return 0;
	own = *request;
	bpf_map_delete_elem(&http2_requests, &hit.key);
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (!settings)
		return 0;
	headers = ns_begin_headers(&hit.key, &own);
	outcome = NS_UNWRITTEN_FAILED;
	if (headers && settings->writes &&
	    !ns_read_writer(headers, &hit.facts->propagation.bufio, NS_GO_ARG1(ctx), &writer)) {
		ns_make_fields(headers, &hit.key.process, own.has_tracestate);
		outcome = ns_extend_block(headers, &hit.key.process, settings, &writer, 0);
	}
	ns_end_headers(&hit.key, settings->counters_slot, outcome);
	return 0;
}
