// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Reading an HTTP client request from the traced program's memory, into the entry of the request in flight.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "go_headers.h"
#include "go_values.h"
#include "nodespan/binary.h"
#include "nodespan/http_client.h"
#include "parents.h"
#include "propagation.h"
#include "texts.h"
#include "tracestate.h"

/// What the begin needs for a moment, in the part of ns_http_client_span.text where no text stands yet.
struct ns_http_client_scratch {
	char request[NS_HTTP_REQUEST_READ_MAX];
	char url[NS_HTTP_URL_READ_MAX];
	struct ns_header_walk walk;
};

#define NS_CLIENT_SCRATCH_BEGIN 656
/// Where the end copies the response to: behind all texts but that of an error, which comes instead.
#define NS_CLIENT_SCRATCH_END 1456

_Static_assert(NS_CLIENT_SCRATCH_BEGIN + sizeof(struct ns_http_client_scratch) <= NS_HTTP_CLIENT_TEXT_MAX,
               "scratch space");
_Static_assert(NS_HTTP_CLIENT_METHOD_MAX + NS_HTTP_CLIENT_SCHEME_MAX + NS_HTTP_CLIENT_HOST_MAX +
                       NS_HTTP_CLIENT_PATH_MAX + NS_HTTP_CLIENT_QUERY_MAX + NS_HTTP_CLIENT_USER_AGENT_MAX +
                       NS_HTTP_CLIENT_TRACESTATE_MAX <=
                   NS_CLIENT_SCRATCH_END,
               "scratch space");
_Static_assert(NS_CLIENT_SCRATCH_END + NS_HTTP_CLIENT_ERROR_MAX < NS_HTTP_CLIENT_TEXT_MAX, "room for the error");
_Static_assert(NS_CLIENT_SCRATCH_END + NS_HTTP_CLIENT_RESPONSE_READ_MAX <= NS_HTTP_CLIENT_TEXT_MAX,
               "room for the response");

/// The most redirects that are counted; http.Client gives up after ten by itself.
#define NS_RESENDS_MAX 16

/// What there is to be known of a URL's scheme.
enum ns_url_scheme {
	NS_SCHEME_UNREADABLE = -1,
	/// Neither of the others.
	NS_SCHEME_OTHER = 0,
	NS_SCHEME_HTTP = 1,
};

/// Appends a text, at most `max` bytes of it.
static __always_inline void ns_append_client(struct ns_http_client_in_flight *flight, __u32 text,
                                             struct ns_go_string value, __u64 max)
{
	struct ns_http_client_span *record = &flight->record;
	struct ns_texts texts = {record->text, NS_HTTP_CLIENT_TEXT_MAX, &flight->text_used, record->text_len,
	                         &record->truncated};

	ns_append_text(texts, text, value, max);
}

/// Takes over the tracestate of the server span that the request is made for.
static __always_inline void ns_append_owner_state(struct ns_http_client_in_flight *flight,
                                                  const struct ns_process_image *process)
{
	struct ns_tracestate state = ns_find_tracestate(process, &flight->owner);
	struct ns_http_client_span *record = &flight->record;
	__u64 used = *(volatile __u64 *)&flight->text_used, len = state.len;

	barrier_var(len);
	if (!len || len > NS_HTTP_CLIENT_TRACESTATE_MAX ||
	    used > NS_HTTP_CLIENT_TEXT_MAX - 1 - NS_HTTP_CLIENT_TRACESTATE_MAX)
		return;
	if (bpf_probe_read_kernel(record->text + used, len, state.text) ||
	    !ns_owner_is_in(process, &flight->owner, record->span.trace_id))
		return;
	record->truncated |= state.is_cut << NS_HTTP_CLIENT_TRACESTATE;
	record->text_len[NS_HTTP_CLIENT_TRACESTATE] = len;
	flight->text_used = used + len;
}

/// How many requests came before one that was redirected: each knows the response that led to it, and that its request.
static __always_inline __u16 ns_resends(const struct ns_http_client_facts *at, __u64 response)
{
	__u64 request;
	__u16 count = 0;

	if (at->response_request == NS_ABSENT)
		return 0;
	for (; count < NS_RESENDS_MAX; count++) {
		if (!response)
			break;
		if (ns_read_u64(response + at->response_request, &request) || !request ||
		    ns_read_u64(request + at->request_response, &response))
			return count + 1;
	}
	return count;
}

static __always_inline enum ns_url_scheme ns_url_scheme(struct ns_go_string scheme)
{
	char text[8] = {};

	if (scheme.len != 4 && scheme.len != 5)
		return NS_SCHEME_OTHER;
	barrier_var(scheme.len);
	if (bpf_probe_read_user(text, scheme.len & 7, (const void *)scheme.data))
		return NS_SCHEME_UNREADABLE;
	if (text[0] != 'h' || text[1] != 't' || text[2] != 't' || text[3] != 'p' || (text[4] != 's' && text[4] != 0))
		return NS_SCHEME_OTHER;
	return NS_SCHEME_HTTP;
}

/// Reads the request, finds its parent, and fills in what the record can know now. Returns 0 when the request is in
/// flight from here on; otherwise it has been counted and the entry is of no use.
static __always_inline int ns_read_client_request(struct pt_regs *ctx, const struct ns_hit *hit,
                                                  struct ns_http_client_in_flight *flight,
                                                  struct ns_process_settings *settings)
{
	const struct ns_http_client_facts *at = &hit->facts->http_client;
	struct ns_http_client_span *record = &flight->record;
	struct ns_http_client_scratch *scratch =
	    (struct ns_http_client_scratch *)(record->text + NS_CLIENT_SCRATCH_BEGIN);
	char *request = scratch->request, *url = scratch->url;
	struct ns_go_string method, host, path, raw_path, query, agent;
	struct ns_go_string scheme;
	struct ns_go_interface context;
	__u64 request_len, url_len, user;
	enum ns_url_scheme known;

	request_len = ns_read_object(request, at->request_read, NS_HTTP_REQUEST_READ_MAX, flight->request);
	url_len = ns_read_object(url, at->url_read, NS_HTTP_URL_READ_MAX,
	                         ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_url));
	if (!request_len || request_len < at->request_read || url_len < at->url_path + sizeof(path)) {
		ns_count_loss(settings->counters_slot, NS_LOSS_READ_FAILED);
		return -1;
	}
	if (url_len < at->url_read)
		record->truncated |= 1 << NS_HTTP_CLIENT_QUERY;
	scheme = ns_string_in(url, NS_HTTP_URL_READ_MAX, at->url_scheme);
	known = ns_url_scheme(scheme);
	if (known != NS_SCHEME_HTTP) {
		// For a protocol that the application registered, which ends elsewhere.
		if (known == NS_SCHEME_OTHER)
			ns_uncount_begun(settings->counters_slot);
		else
			ns_count_loss(settings->counters_slot, NS_LOSS_READ_FAILED);
		return -1;
	}
	method = ns_string_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_method);
	flight->header = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_header);
	context.itab = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_context);
	context.data = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_context + sizeof(__u64));
	host = ns_string_in(url, NS_HTTP_URL_READ_MAX, at->url_host);
	path = ns_string_in(url, NS_HTTP_URL_READ_MAX, at->url_path);
	raw_path = ns_string_in(url, NS_HTTP_URL_READ_MAX, at->url_raw_path);
	query = ns_string_in(url, NS_HTTP_URL_READ_MAX, at->url_raw_query);
	ns_begin_child(ctx, hit, settings, context, &record->span, &flight->owner);
	if (settings->writes || record->span.flags & NS_TRACE_FLAG_SAMPLED)
		ns_find_headers(&hit->facts->header_map, flight->header, &scratch->walk);
	if (settings->writes)
		ns_announce(&hit->key.process, flight->header, &record->span, &flight->owner, &scratch->walk);
	if (!(record->span.flags & NS_TRACE_FLAG_SAMPLED))
		return 0;

	record->request_body_size = -1;
	if (at->request_content_length != NS_ABSENT)
		record->request_body_size = ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_content_length);
	record->resend_count = ns_resends(at, ns_word_in(request, NS_HTTP_REQUEST_READ_MAX, at->request_response));
	user = ns_word_in(url, NS_HTTP_URL_READ_MAX, at->url_user);
	if (user) {
		__u8 has_password = 1;

		record->userinfo = NS_HTTP_CLIENT_USER;
		if (at->userinfo_password_set == NS_ABSENT ||
		    bpf_probe_read_user(&has_password, 1, (const void *)(user + at->userinfo_password_set)) ||
		    has_password)
			record->userinfo |= NS_HTTP_CLIENT_PASSWORD;
	}
	agent = scratch->walk.found.user_agent;
	if (raw_path.len) {
		record->is_raw_path = 1;
		path = raw_path;
	}
	ns_append_client(flight, NS_HTTP_CLIENT_METHOD, method, NS_HTTP_CLIENT_METHOD_MAX);
	ns_append_client(flight, NS_HTTP_CLIENT_SCHEME, scheme, NS_HTTP_CLIENT_SCHEME_MAX);
	ns_append_client(flight, NS_HTTP_CLIENT_HOST, host, NS_HTTP_CLIENT_HOST_MAX);
	ns_append_client(flight, NS_HTTP_CLIENT_PATH, path, NS_HTTP_CLIENT_PATH_MAX);
	ns_append_client(flight, NS_HTTP_CLIENT_QUERY, query, NS_HTTP_CLIENT_QUERY_MAX);
	ns_append_client(flight, NS_HTTP_CLIENT_USER_AGENT, ns_first_line(agent), NS_HTTP_CLIENT_USER_AGENT_MAX);
	ns_append_owner_state(flight, &hit->key.process);
	return 0;
}
