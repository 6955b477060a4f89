// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The end of an HTTP client request: reading the response or the error, and handing the finished record to user space.
#pragma once

#include <linux/bpf.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "emit.h"
#include "go_errors.h"
#include "go_values.h"
#include "http_client_request.h"
#include "nodespan/binary.h"
#include "nodespan/http_client.h"

/// What a round trip returned.
struct ns_round_trip {
	/// Without an error: *net/http.Response, or what `response` says.
	__u64 result;
	struct ns_go_interface error;
	/// `enum ns_http_client_response`.
	__u32 response;
};

/// Reads what a response says. Returns whether it could be read.
static __always_inline int ns_read_client_response(struct ns_http_client_in_flight *flight,
                                                   const struct ns_http_client_facts *facts, __u64 response, __u32 kind)
{
	struct ns_http_client_span *record = &flight->record;
	char *copy = record->text + NS_CLIENT_SCRATCH_END;
	const struct ns_http_client_response_facts *at;

	if (kind >= NS_HTTP_CLIENT_RESPONSE_COUNT)
		return 0;
	at = &facts->response[kind];
	if (at->status == NS_ABSENT ||
	    ns_read_object(copy, at->read, NS_HTTP_CLIENT_RESPONSE_READ_MAX, response) < at->status + sizeof(__u64))
		return 0;
	record->status = ns_word_in(copy, NS_HTTP_CLIENT_RESPONSE_READ_MAX, at->status);
	if (at->proto_major != NS_ABSENT) {
		record->proto_major = ns_word_in(copy, NS_HTTP_CLIENT_RESPONSE_READ_MAX, at->proto_major);
		record->proto_minor = ns_word_in(copy, NS_HTTP_CLIENT_RESPONSE_READ_MAX, at->proto_minor);
	} else if (kind == NS_HTTP2_RESPONSE_INTERNAL) {
		record->proto_major = 2;
	}
	record->response_body_size = -1;
	if (at->content_length != NS_ABSENT)
		record->response_body_size = ns_word_in(copy, NS_HTTP_CLIENT_RESPONSE_READ_MAX, at->content_length);
	return 1;
}

/// Completes the record with what the round trip returned, and emits it.
static __always_inline void ns_finish_client(struct ns_http_client_in_flight *flight,
                                             const struct ns_binary_facts *facts, struct ns_round_trip *end,
                                             __u64 end_ns)
{
	struct ns_http_client_span *record = &flight->record;

	if (!(record->span.flags & NS_TRACE_FLAG_SAMPLED)) {
		ns_count_unrecorded(&record->span);
		return;
	}
	record->span.end_ns = end_ns;
	if (end->error.itab) {
		struct ns_go_string text;

		record->error_kind = ns_error_kind(facts, &end->error);
		if (record->error_kind == NS_ERROR_TEXT && !ns_read_string(end->error.data, &text))
			ns_append_client(flight, NS_HTTP_CLIENT_ERROR, text, NS_HTTP_CLIENT_ERROR_MAX);
	} else if (!ns_read_client_response(flight, &facts->http_client, end->result, end->response)) {
		ns_count_loss(record->span.counters_slot, NS_LOSS_READ_FAILED);
		return;
	}
	ns_emit(&record->span, offsetof(struct ns_http_client_span, text) + flight->text_used, sizeof(*record));
}
