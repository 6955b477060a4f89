// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Reading an HTTP server request from the traced program's memory, into the entry of the request in flight.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "go_headers.h"
#include "go_values.h"
#include "nodespan/binary.h"
#include "nodespan/http.h"
#include "sampling.h"
#include "texts.h"
#include "trace_context.h"

/// What the begin needs for a moment, in the part of ns_http_server_span.text where no text stands yet.
struct ns_http_scratch {
	char request[NS_HTTP_REQUEST_READ_MAX];
	char url[NS_HTTP_URL_READ_MAX];
	struct ns_header_walk walk;
};

#define NS_SCRATCH_BEGIN 1024
/// Where the end copies the response to: behind all texts.
#define NS_SCRATCH_END 1792

_Static_assert(NS_SCRATCH_BEGIN + sizeof(struct ns_http_scratch) <= NS_HTTP_TEXT_MAX, "scratch space");
_Static_assert(NS_HTTP_METHOD_MAX + NS_HTTP_PATH_MAX + NS_HTTP_QUERY_MAX + NS_HTTP_HOST_MAX + NS_HTTP_REMOTE_ADDR_MAX +
                       NS_HTTP_USER_AGENT_MAX + NS_HTTP_TRACESTATE_MAX + NS_HTTP_PATTERN_MAX <=
                   NS_SCRATCH_END,
               "scratch space");
_Static_assert(NS_SCRATCH_END + NS_HTTP_RESPONSE_READ_MAX <= NS_HTTP_TEXT_MAX, "room for the response");

#define NS_TRACESTATE_LINES_MAX 8

/// Appends a text, at most `max` bytes of it.
static __always_inline void ns_append(struct ns_http_in_flight *flight, __u32 text, struct ns_go_string value,
                                      __u64 max)
{
	struct ns_http_server_span *record = &flight->record;
	struct ns_texts texts = {record->text, NS_HTTP_TEXT_MAX, &flight->text_used, record->text_len,
	                         &record->truncated};

	ns_append_text(texts, text, value, max);
}

/// Appends the lines of the tracestate header, joined with commas.
static __always_inline void ns_append_tracestate(struct ns_http_in_flight *flight, struct ns_go_string lines)
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
			ns_append(flight, NS_HTTP_TRACESTATE, (struct ns_go_string){line.data, room - 1},
			          NS_HTTP_TRACESTATE_MAX);
			record->truncated |= 1 << NS_HTTP_TRACESTATE;
			return;
		}
		ns_append(flight, NS_HTTP_TRACESTATE, line, NS_HTTP_TRACESTATE_MAX);
	}
	if (lines.len > NS_TRACESTATE_LINES_MAX)
		record->truncated |= 1 << NS_HTTP_TRACESTATE;
}

/// Reads the request, decides whether it is sampled, and fills in what the record can know now. Returns 0 when the
/// request is in flight from here on; otherwise it has been counted and the entry is of no use.
static __always_inline int ns_read_request(struct ns_http_in_flight *flight, const struct ns_binary_facts *facts,
                                           const struct ns_http_server_facts *at,
                                           const struct ns_process_settings *settings, int is_http2)
{
	struct ns_http_server_span *record = &flight->record;
	struct ns_http_scratch *scratch = (struct ns_http_scratch *)(record->text + NS_SCRATCH_BEGIN);
	char *request = scratch->request, *url = scratch->url;
	struct ns_go_string method, host, remote_addr, path, query, tracestate, user_agent;
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
	if (at->request_context != NS_ABSENT)
		flight->context = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_context + sizeof(__u64));
	path = ns_string_in(url, NS_HTTP_URL_READ_MAX, at->url_path);
	flight->path = path.data;
	flight->path_len = path.len;
	query = ns_string_in(url, NS_HTTP_URL_READ_MAX, at->url_raw_query);
	if (is_http2) {
		record->proto_major = 2;
	} else {
		record->proto_major = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_proto_major);
		record->proto_minor = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_proto_minor);
		// Not of HTTP/1: the preface of a connection that goes on with HTTP/2 (RFC 9113, 3.4), which the server
		// hands to the handler as a request.
		if (record->proto_major > 1) {
			ns_uncount_begun(settings->counters_slot);
			return -1;
		}
	}
	record->is_tls = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_tls) != 0;
	record->request_body_size = -1;
	if (at->request_content_length != NS_ABSENT)
		record->request_body_size = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_content_length);

	if (ns_find_headers(&facts->header_map, header, &scratch->walk))
		record->truncated |= NS_HTTP_HEADERS_CUT;
	tracestate = scratch->walk.found.tracestate;
	user_agent = scratch->walk.found.user_agent;
	if (!ns_read_parent(scratch->walk.found.traceparent, &record->span)) {
		tracestate.len = 0;
		ns_new_id(record->span.trace_id, 4);
	}
	ns_new_id(record->span.span_id, 2);
	ns_append_tracestate(flight, tracestate);
	// It stays in flight, too: while its executable is handed from one mount to another, each probe runs twice.
	record->span.flags = ns_sample(settings, &record->span);
	if (!(record->span.flags & NS_TRACE_FLAG_SAMPLED))
		return 0;

	ns_append(flight, NS_HTTP_METHOD, method, NS_HTTP_METHOD_MAX);
	ns_append(flight, NS_HTTP_PATH, path, NS_HTTP_PATH_MAX);
	ns_append(flight, NS_HTTP_QUERY, query, NS_HTTP_QUERY_MAX);
	ns_append(flight, NS_HTTP_HOST, host, NS_HTTP_HOST_MAX);
	ns_append(flight, NS_HTTP_REMOTE_ADDR, remote_addr, NS_HTTP_REMOTE_ADDR_MAX);
	ns_append(flight, NS_HTTP_USER_AGENT, ns_first_line(user_agent), NS_HTTP_USER_AGENT_MAX);
	return 0;
}
