// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Reading a gRPC call that is about to be served, into its entry.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "go_headers.h"
#include "go_values.h"
#include "grpc_context.h"
#include "grpc_values.h"
#include "in_flight.h"
#include "nodespan/binary.h"
#include "nodespan/grpc.h"
#include "nodespan/http.h"
#include "sampling.h"
#include "texts.h"
#include "trace_context.h"

_Static_assert(sizeof(struct ns_header_walk) <= NS_GRPC_TEXT_MAX, "scratch space");
_Static_assert(NS_GRPC_TRACESTATE_MAX + NS_GRPC_METHOD_MAX + NS_GRPC_AUTHORITY_MAX + NS_GRPC_PEER_MAX <
                   NS_GRPC_TEXT_MAX,
               "room for the texts");

/// What the server hands on: its transport, and the stream of the call.
struct ns_grpc_arrival {
	struct ns_go_interface transport;
	__u64 stream;
	/// Of the stream.
	struct ns_go_string method;
	struct ns_go_interface context;
};

/// Reads method and context of the stream. Returns 0 when they are known.
static __always_inline int ns_read_stream(const struct ns_grpc_server_facts *at, struct ns_grpc_arrival *arrival)
{
	__u64 stream = arrival->stream;

	if (at->stream_behind != NS_ABSENT && ns_read_u64(stream + at->stream_behind, &stream))
		return -1;
	if (at->stream_context != NS_ABSENT && ns_read_interface(stream + at->stream_context, &arrival->context))
		return -1;
	return ns_read_string(stream + at->stream_method, &arrival->method);
}

/// Appends a text of an HTTP request, which begins at byte `from` of its texts.
static __always_inline void ns_append_of_request(struct ns_grpc_server_in_flight *flight, __u32 text,
                                                 const struct ns_http_server_span *request, __u64 from, __u64 len,
                                                 __u64 max)
{
	struct ns_grpc_span *record = &flight->record;
	__u64 used;

	if (!len)
		return;
	// Compared by itself, and right before it is used: else the compiler compares a number derived from it.
	used = *(volatile __u64 *)&flight->text_used;
	barrier_var(len);
	if (len > max)
		return;
	if (used > NS_GRPC_TEXT_MAX - 1 - max ||
	    bpf_probe_read_kernel(record->text + used, len, request->text + (from & (NS_HTTP_TEXT_MAX - 1))))
		return;
	record->text_len[text] = len;
	flight->text_used = used + len;
}

/// The HTTP request in flight that a call came as; NULL when there is none.
static __always_inline struct ns_http_in_flight *ns_request_of(const struct ns_context_walk *chain)
{
	struct ns_goroutine key = {.process = chain->at.process, .goid = chain->found.goid};
	struct ns_http_in_flight *request;

	if (chain->found.kind != NS_RECORD_HTTP_SERVER)
		return NULL;
	request = bpf_map_lookup_elem(&http_in_flight, &key);
	return request && request->context == chain->at.address ? request : NULL;
}

/// Takes the place of the HTTP request that the call came as, if that is still in flight: its ids, its parent, its
/// start, and where it came from. Returns whether it is.
static __noinline int ns_take_over(struct ns_grpc_server_in_flight *flight, const struct ns_context_walk *chain)
{
	struct ns_http_in_flight *request = ns_request_of(chain);
	struct ns_span *span = &flight->record.span, *taken;
	__u64 peer = 0;

	if (!request)
		return 0;
	taken = &request->record.span;
	if (__sync_val_compare_and_swap(&request->fate, NS_HTTP_OPEN, NS_HTTP_TAKEN) != NS_HTTP_OPEN)
		return 0;
	taken->kind = NS_RECORD_TAKEN_OVER;
	__builtin_memcpy(span->trace_id, taken->trace_id, sizeof(span->trace_id));
	__builtin_memcpy(span->span_id, taken->span_id, sizeof(span->span_id));
	__builtin_memcpy(span->parent_span_id, taken->parent_span_id, sizeof(span->parent_span_id));
	span->parent = taken->parent;
	span->flags = taken->flags;
	span->start_ns = taken->start_ns;
	ns_append_of_request(flight, NS_GRPC_TRACESTATE, &request->record, 0,
	                     request->record.text_len[NS_HTTP_TRACESTATE], NS_GRPC_TRACESTATE_MAX);
	flight->record.truncated |= (request->record.truncated >> NS_HTTP_TRACESTATE & 1) << NS_GRPC_TRACESTATE;
	for (int i = 0; i < NS_HTTP_REMOTE_ADDR; i++)
		peer += request->record.text_len[i];
	ns_append_of_request(flight, NS_GRPC_PEER, &request->record, peer,
	                     request->record.text_len[NS_HTTP_REMOTE_ADDR], NS_GRPC_PEER_MAX);
	return 1;
}

/// Takes parent and tracestate from the metadata, and decides whether the call is sampled.
static __noinline int ns_begin_call(struct ns_grpc_server_in_flight *flight, const struct ns_process_settings *settings)
{
	struct ns_grpc_span *record = &flight->record;
	const struct ns_header_walk *found = (const struct ns_header_walk *)record->text;
	struct ns_go_string tracestate = found->found.tracestate;

	if (!ns_read_parent(found->found.traceparent, &record->span)) {
		tracestate.len = 0;
		ns_new_id(record->span.trace_id, 4);
	}
	ns_new_id(record->span.span_id, 2);
	ns_append_lines(ns_grpc_texts(record, &flight->text_used), NS_GRPC_TRACESTATE, tracestate,
	                NS_GRPC_TRACESTATE_MAX);
	record->span.flags = ns_sample(settings, &record->span);
	return 0;
}

/// Reads both ends of the connection of gRPC's own transport; into `authority` goes the path of its socket, if it is
/// one of the Unix domain.
static __noinline int ns_read_connection(const struct ns_binary_facts *facts, struct ns_grpc_span *record,
                                         __u64 transport, struct ns_go_string *authority)
{
	const struct ns_grpc_server_facts *at = &facts->grpc_server;
	struct ns_go_interface address;

	if (at->server_peer != NS_ABSENT && !ns_read_interface(transport + at->server_peer, &address))
		ns_read_net_addr(&facts->net, address, &record->peer);
	if (at->server_local == NS_ABSENT || ns_read_interface(transport + at->server_local, &address) ||
	    !ns_read_net_addr(&facts->net, address, &record->local))
		return 0;
	if (!address.data || facts->net.unix_name == NS_ABSENT || ns_hash_of_itab(address.itab) != facts->net.unix_addr)
		return 0;
	record->is_unix = 1;
	if (ns_read_string(address.data + facts->net.unix_name, authority))
		authority->len = 0;
	return 0;
}

/// Reads the call, decides whether it is sampled unless it takes over a request of which that is known, and fills in
/// what the record can know now.
static __always_inline void ns_read_call(struct ns_grpc_server_in_flight *flight, const struct ns_hit *hit,
                                         struct ns_process_settings *settings, const struct ns_grpc_arrival *arrival)
{
	struct ns_grpc_span *record = &flight->record;
	// In the room for the texts, while there are none.
	struct ns_header_walk *found = (struct ns_header_walk *)record->text;
	struct ns_call_context walk = {};
	struct ns_go_string authority = {};
	int is_own = ns_hash_of_itab(arrival->transport.itab) == hit->facts->grpc_server.http2_server;

	ns_count_begun(settings->counters_slot);
	walk.wants_request = !is_own;
	if (walk.wants_request)
		ns_want_contexts(hit, settings);
	ns_walk_call_context(hit, arrival->context, &walk);
	if (ns_find_headers(&hit->facts->header_map, walk.metadata, found))
		record->truncated |= NS_GRPC_METADATA_CUT;
	if (found->found.authority.len && ns_read_string(found->found.authority.data, &authority))
		authority.len = 0;
	if (!walk.chain.found.kind || !ns_take_over(flight, &walk.chain))
		ns_begin_call(flight, settings);
	if (!(record->span.flags & NS_TRACE_FLAG_SAMPLED))
		return;
	if (is_own)
		ns_read_connection(hit->facts, record, arrival->transport.data, &authority);
	ns_append_grpc_text(record, &flight->text_used, NS_GRPC_METHOD, arrival->method, NS_GRPC_METHOD_MAX);
	ns_append_grpc_text(record, &flight->text_used, NS_GRPC_AUTHORITY, authority, NS_GRPC_AUTHORITY_MAX);
}
