// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The end of an HTTP server request: reading the response, and handing the finished record to user space.
#pragma once

#include <linux/bpf.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "emit.h"
#include "go_values.h"
#include "http_request.h"
#include "maps.h"
#include "nodespan/binary.h"
#include "nodespan/http.h"

#define NS_TEMPLATES_MAX 8

/// Appends the templates of nested routers, one behind the other.
static __always_inline void ns_append_joined(struct ns_http_in_flight *flight, struct ns_go_string templates)
{
	struct ns_http_server_span *record = &flight->record;
	struct ns_go_string template;

	for (__u64 i = 0; i < NS_TEMPLATES_MAX; i++) {
		__u64 room = NS_HTTP_PATTERN_MAX - record->text_len[NS_HTTP_PATTERN];

		if (i >= templates.len)
			return;
		if (ns_read_string(templates.data + i * sizeof(template), &template)) {
			record->truncated |= 1 << NS_HTTP_PATTERN;
			return;
		}
		if (template.len > room) {
			template.len = room;
			record->truncated |= 1 << NS_HTTP_PATTERN;
		}
		ns_append(flight, NS_HTTP_PATTERN, template, NS_HTTP_PATTERN_MAX);
	}
	if (templates.len > NS_TEMPLATES_MAX)
		record->truncated |= 1 << NS_HTTP_PATTERN;
}

/// Appends the pattern that the server's own request shows now.
static __always_inline void ns_append_pattern(struct ns_http_in_flight *flight, const struct ns_http_server_facts *at)
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

/// Reads the response, completes the record and emits it.
static __always_inline void ns_finish(struct ns_http_in_flight *flight, const struct ns_http_server_facts *at,
                                      __u8 outcome, __u64 end_ns, int is_http2)
{
	struct ns_http_server_span *record = &flight->record;
	char *copy = record->text + NS_SCRATCH_END;
	__u64 response = flight->response, from = at->response_from;
	__u8 hijacked = 0;

	if (!(record->span.flags & NS_TRACE_FLAG_SAMPLED)) {
		ns_count_unrecorded(&record->span);
		return;
	}
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
		if (hijacked && outcome == NS_HTTP_RETURNED)
			outcome = NS_HTTP_HIJACKED;
	}
	record->outcome = outcome;
	record->status = ns_word_in(copy, NS_HTTP_RESPONSE_READ_MAX, at->response_status - from);
	record->response_body_size = -1;
	if (at->response_written != NS_ABSENT)
		record->response_body_size = ns_word_in(copy, NS_HTTP_RESPONSE_READ_MAX, at->response_written - from);
	record->span.end_ns = end_ns;
	if (!record->text_len[NS_HTTP_PATTERN])
		ns_append_pattern(flight, at);
	ns_emit(&record->span, offsetof(struct ns_http_server_span, text) + flight->text_used, sizeof(*record));
}
