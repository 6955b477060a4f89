// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What the context of a gRPC call being served leads to: the metadata that came with it, and the HTTP request that it
// is, where net/http received it.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "go_values.h"
#include "grpc_values.h"
#include "hit.h"
#include "nodespan/binary.h"
#include "parents.h"

/// A walk along the chain of a call's contexts.
struct ns_call_context {
	/// Where it is, and in `found` the HTTP request.
	struct ns_context_walk chain;
	const struct ns_grpc_server_facts *facts;
	/// The metadata, a map[string][]string; 0 without any.
	__u64 metadata;
	/// 1 when there may be an HTTP request, which is farther along than the metadata.
	__u64 wants_request;
};

/// Takes the metadata from a context that has it as its value (metadata.NewIncomingContext).
static __always_inline void ns_find_metadata(struct ns_call_context *walk)
{
	const struct ns_grpc_server_facts *at = walk->facts;
	struct ns_go_interface key, value;
	__u64 context = walk->chain.at.address;

	if (ns_hash_of_itab(walk->chain.itab) != at->value_context)
		return;
	if (ns_read_interface(context + at->context_key, &key) || ns_hash_of_type(key.itab) != at->metadata_key)
		return;
	// A map is its own data pointer.
	if (!ns_read_interface(context + at->context_value, &value) && ns_hash_of_type(value.itab) == at->metadata)
		walk->metadata = value.data;
}

/// bpf_loop callback: one context. Returns 1 when all is found, or the chain ends.
static long ns_visit_call_context(__u32 iteration, struct ns_call_context *walk)
{
	if (!walk->metadata) {
		ns_find_metadata(walk);
		if (walk->metadata && !walk->wants_request)
			return 1;
	}
	return ns_visit_context(iteration, &walk->chain);
}

static __always_inline void ns_walk_call_context(const struct ns_hit *hit, struct ns_go_interface context,
                                                 struct ns_call_context *walk)
{
	const struct ns_grpc_server_facts *at = &hit->facts->grpc_server;

	if (at->context_key == NS_ABSENT || at->context_value == NS_ABSENT || !context.itab || !context.data)
		return;
	walk->chain.at.process = hit->key.process;
	walk->chain.at.address = context.data;
	walk->chain.itab = context.itab;
	walk->chain.binary = hit->binary;
	walk->facts = at;
	bpf_loop(NS_CONTEXTS_MAX, ns_visit_call_context, walk, 0);
}
