// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Which server span in flight a call belongs to: by the chain of its contexts, else by its goroutine, else by the one
// that started that.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "go_values.h"
#include "goroutines.h"
#include "hit.h"
#include "in_flight.h"
#include "maps.h"
#include "nodespan/binary.h"
#include "nodespan/span.h"
#include "sampling.h"
#include "trace_context.h"

/// The most contexts of a chain that are looked at.
#define NS_CONTEXTS_MAX 32
/// abi.ITab.Hash (internal/abi/iface.go; runtime2.go up to Go 1.21)
#define NS_ITAB_HASH 16

/// A Go interface value that has methods.
struct ns_go_interface {
	__u64 itab;
	__u64 data;
};

static __always_inline int ns_read_interface(__u64 address, struct ns_go_interface *value)
{
	return bpf_probe_read_user(value, sizeof(*value), (const void *)address);
}

/// From here on, calls that are made in the context of a server span, or in one derived from it, find it.
static __always_inline void ns_register_context(const struct ns_goroutine *span, __u64 context, __u32 kind)
{
	struct ns_object key = {.process = span->process, .address = context};
	struct ns_owner owner = {.goid = span->goid, .kind = kind};

	if (context)
		bpf_map_update_elem(&contexts, &key, &owner, BPF_ANY);
}

static __always_inline void ns_forget_context(const struct ns_process_image *process, __u64 context)
{
	struct ns_object key = {.process = *process, .address = context};

	if (context)
		bpf_map_delete_elem(&contexts, &key);
}

/// The same for a span that is given up: its context is garbage, and the address may be that of another's.
static __always_inline void ns_forget_old_context(const struct ns_goroutine *span, __u64 context)
{
	struct ns_object key = {.process = span->process, .address = context};
	const struct ns_owner *owner = context ? bpf_map_lookup_elem(&contexts, &key) : NULL;

	if (owner && owner->goid == span->goid)
		bpf_map_delete_elem(&contexts, &key);
}

/// bpf_for_each_map_elem callback: an HTTP request in flight, of any process.
static long ns_register_request(void *requests, const struct ns_goroutine *key, struct ns_http_in_flight *request,
                                const struct ns_process_image *process)
{
	struct ns_goroutine goroutine = *key;

	(void)requests;
	if (goroutine.process.tgid != process->tgid || goroutine.process.exec_id != process->exec_id ||
	    goroutine.process.start_boottime_ns != process->start_boottime_ns)
		return 0;
	request->is_registered = 1;
	ns_register_context(&goroutine, request->context, NS_RECORD_HTTP_SERVER);
	return 0;
}

/// Before the contexts of HTTP requests are asked for: the first time, those in flight get their entries. One that
/// begins meanwhile looks at the settings behind that, and makes its own. Others that ask meanwhile may not wait for
/// who was first, so they do the same.
static __always_inline void ns_want_contexts(const struct ns_hit *hit, struct ns_process_settings *settings)
{
	struct ns_process_image process = hit->key.process;

	if (*(volatile __u32 *)&settings->wants_contexts == NS_CONTEXTS_REGISTERED)
		return;
	*(volatile __u32 *)&settings->wants_contexts = NS_CONTEXTS_WANTED;
	bpf_for_each_map_elem(&http_in_flight, ns_register_request, &process, 0);
	*(volatile __u32 *)&settings->wants_contexts = NS_CONTEXTS_REGISTERED;
}

/// A walk along a chain of contexts.
struct ns_context_walk {
	/// The context at hand, and where it comes from.
	struct ns_object at;
	__u64 itab;
	__u32 binary;
	struct ns_owner found;
};

/// bpf_loop callback: one context. Returns 1 when a server span was found, or the chain ends.
static long ns_visit_context(__u32 iteration, struct ns_context_walk *walk)
{
	struct ns_context_type_key key = {.binary = walk->binary};
	const struct ns_context_type *type;
	const struct ns_owner *owner;
	struct ns_go_interface parent;
	__u64 address;

	(void)iteration;
	owner = bpf_map_lookup_elem(&contexts, &walk->at);
	if (owner) {
		walk->found = *owner;
		return 1;
	}
	if (bpf_probe_read_user(&key.hash, sizeof(key.hash), (const void *)(walk->itab + NS_ITAB_HASH)))
		return 1;
	type = bpf_map_lookup_elem(&context_types, &key);
	if (!type)
		return 1;
	address = walk->at.address + type->parent;
	if (type->behind != NS_ABSENT) {
		if (ns_read_u64(address, &address) || !address)
			return 1;
		address += type->behind;
	}
	if (ns_read_interface(address, &parent) || !parent.itab || !parent.data)
		return 1;
	walk->itab = parent.itab;
	walk->at.address = parent.data;
	return 0;
}

/// The server span in flight of a goroutine, of either kind. A gRPC call that came by way of net/http is inside of the
/// HTTP request, and comes first.
static __always_inline const struct ns_span *ns_server_span(const struct ns_goroutine *goroutine, __u32 kind)
{
	if (kind == NS_RECORD_GRPC_SERVER) {
		const struct ns_grpc_server_in_flight *call = bpf_map_lookup_elem(&grpc_server_in_flight, goroutine);

		return call ? &call->record.span : NULL;
	}
	const struct ns_http_in_flight *request = bpf_map_lookup_elem(&http_in_flight, goroutine);

	return request ? &request->record.span : NULL;
}

/// A span's own id, as a word: 0 for none. Another processor may be changing it.
static __always_inline __u64 ns_id_of(const struct ns_span *span)
{
	return span ? *(volatile const __u64 *)span->span_id : 0;
}

/// Takes a server span as the parent, if that is still in flight which had the id. Returns whether it is.
static __always_inline int ns_adopt(const struct ns_process_image *process, struct ns_owner owner, __u64 id,
                                    struct ns_span *span)
{
	struct ns_goroutine goroutine = {.process = *process, .goid = owner.goid};
	const struct ns_span *parent = ns_server_span(&goroutine, owner.kind);

	if (!parent || !id)
		return 0;
	__builtin_memcpy(span->trace_id, parent->trace_id, sizeof(span->trace_id));
	__builtin_memcpy(span->parent_span_id, &id, sizeof(id));
	span->flags = parent->flags & NS_TRACE_FLAG_SAMPLED;
	// Meanwhile it may have ended on another processor, and its goroutine serve another request.
	if (ns_id_of(ns_server_span(&goroutine, owner.kind)) != id)
		return 0;
	span->parent = NS_PARENT_LOCAL;
	return 1;
}

/// The id of the server span that a context was found to be of, as long as it is that one's.
static __always_inline __u64 ns_id_by_context(const struct ns_goroutine *goroutine, __u32 kind, __u64 context)
{
	__u64 id, current;

	if (kind == NS_RECORD_GRPC_SERVER) {
		const struct ns_grpc_server_in_flight *call = bpf_map_lookup_elem(&grpc_server_in_flight, goroutine);

		id = ns_id_of(call ? &call->record.span : NULL);
		current = call ? *(volatile const __u64 *)&call->context : 0;
	} else {
		const struct ns_http_in_flight *request = bpf_map_lookup_elem(&http_in_flight, goroutine);

		id = ns_id_of(request ? &request->record.span : NULL);
		current = request ? *(volatile const __u64 *)&request->context : 0;
	}
	return current == context ? id : 0;
}

/// The server span that the goroutine has in flight which started the one at hand, if it did so within it. Returns its
/// id, and 0 without one. That it was asked for is noted in the settings.
static __always_inline __u64 ns_find_starter(const struct ns_hit *hit, struct ns_process_settings *settings,
                                             const struct ns_goroutine *starter, struct ns_owner *owner)
{
	const struct ns_grpc_server_in_flight *call = bpf_map_lookup_elem(&grpc_server_in_flight, starter);
	const struct ns_goroutine_mark *mark;
	__u64 id;

	owner->goid = starter->goid;
	if (call) {
		owner->kind = NS_RECORD_GRPC_SERVER;
		id = ns_id_of(&call->record.span);
		mark = &call->mark;
	} else {
		const struct ns_http_in_flight *request = bpf_map_lookup_elem(&http_in_flight, starter);

		if (!request)
			return 0;
		owner->kind = NS_RECORD_HTTP_SERVER;
		id = ns_id_of(&request->record.span);
		mark = &request->mark;
	}
	settings->unasked = 0;
	return ns_is_started_since(mark, hit->key.goid) ? id : 0;
}

/// The server span in flight that a goroutine works for. Returns its id, and 0 without one.
static __always_inline __u64 ns_find_owner(struct pt_regs *ctx, const struct ns_hit *hit,
                                           struct ns_process_settings *settings, struct ns_go_interface context,
                                           struct ns_owner *owner)
{
	struct ns_context_walk walk = {
	    .at = {.process = hit->key.process, .address = context.data}, .itab = context.itab, .binary = hit->binary};
	struct ns_goroutine goroutine = hit->key;
	__u64 id;

	if (context.itab && context.data) {
		ns_want_contexts(hit, settings);
		bpf_loop(NS_CONTEXTS_MAX, ns_visit_context, &walk, 0);
		*owner = walk.found;
		if (owner->kind) {
			goroutine.goid = owner->goid;
			return ns_id_by_context(&goroutine, owner->kind, walk.at.address);
		}
	}
	owner->goid = goroutine.goid;
	owner->kind = NS_RECORD_GRPC_SERVER;
	id = ns_id_of(ns_server_span(&goroutine, NS_RECORD_GRPC_SERVER));
	if (id)
		return id;
	owner->kind = NS_RECORD_HTTP_SERVER;
	id = ns_id_of(ns_server_span(&goroutine, NS_RECORD_HTTP_SERVER));
	if (id)
		return id;
	if (hit->facts->goroutine.parent_goid == NS_ABSENT ||
	    ns_read_u64(NS_GO_G(ctx) + hit->facts->goroutine.parent_goid, &goroutine.goid))
		return 0;
	return ns_find_starter(hit, settings, &goroutine, owner);
}

/// Makes a client span the child of the server span that it belongs to; without one, the first of a trace of its own.
/// Fills in ids, parent and flags. `hit` has the goroutine.
static __always_inline void ns_begin_child(struct pt_regs *ctx, const struct ns_hit *hit,
                                           struct ns_process_settings *settings, struct ns_go_interface context,
                                           struct ns_span *span, struct ns_owner *owner)
{
	__u64 id;

	*owner = (struct ns_owner){};
	id = ns_find_owner(ctx, hit, settings, context, owner);
	if (!ns_adopt(&hit->key.process, *owner, id, span)) {
		*owner = (struct ns_owner){};
		span->parent = NS_PARENT_NONE;
		__builtin_memset(span->parent_span_id, 0, sizeof(span->parent_span_id));
		ns_new_id(span->trace_id, 4);
		span->flags = 0;
	}
	span->flags = ns_sample(settings, span);
	ns_new_id(span->span_id, 2);
}
