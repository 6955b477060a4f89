// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The tracestate of a server span in flight, which goes on to whoever is called on its behalf.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "in_flight.h"
#include "nodespan/grpc.h"
#include "nodespan/http.h"
#include "nodespan/http_client.h"
#include "nodespan/span.h"
#include "parents.h"

_Static_assert(NS_HTTP_TRACESTATE == 0 && NS_GRPC_TRACESTATE == 0, "the first text of all");
_Static_assert(NS_HTTP_TRACESTATE_MAX == NS_GRPC_TRACESTATE_MAX &&
                   NS_HTTP_CLIENT_TRACESTATE_MAX == NS_GRPC_TRACESTATE_MAX,
               "one limit");

/// A tracestate in the kernel's memory.
struct ns_tracestate {
	const char *text;
	__u64 len;
	/// 1 when it was longer than what is kept of it.
	__u64 is_cut;
};

/// That of a server span; empty without one.
static __always_inline struct ns_tracestate ns_find_tracestate(const struct ns_process_image *process,
                                                               const struct ns_owner *owner)
{
	struct ns_goroutine goroutine = {.process = *process, .goid = owner->goid};
	struct ns_tracestate state = {};

	if (owner->kind == NS_RECORD_GRPC_SERVER) {
		const struct ns_grpc_server_in_flight *call = bpf_map_lookup_elem(&grpc_server_in_flight, &goroutine);

		if (!call)
			return state;
		state.text = call->record.text;
		state.len = call->record.text_len[NS_GRPC_TRACESTATE];
		state.is_cut = call->record.truncated >> NS_GRPC_TRACESTATE & 1;
	} else if (owner->kind == NS_RECORD_HTTP_SERVER) {
		const struct ns_http_in_flight *request = bpf_map_lookup_elem(&http_in_flight, &goroutine);

		if (!request)
			return state;
		state.text = request->record.text;
		state.len = request->record.text_len[NS_HTTP_TRACESTATE];
		state.is_cut = request->record.truncated >> NS_HTTP_TRACESTATE & 1;
	}
	return state;
}

/// Whether the server span of an owner is of this trace, and not a later one: another processor may have ended it while
/// its tracestate was copied.
static __always_inline int ns_owner_is_in(const struct ns_process_image *process, const struct ns_owner *owner,
                                          const __u8 trace_id[16])
{
	struct ns_goroutine goroutine = {.process = *process, .goid = owner->goid};
	const struct ns_span *span = ns_server_span(&goroutine, owner->kind);
	__u64 id[2], own[2];

	if (!span)
		return 0;
	__builtin_memcpy(id, span->trace_id, sizeof(id));
	__builtin_memcpy(own, trace_id, sizeof(own));
	return id[0] == own[0] && id[1] == own[1];
}
