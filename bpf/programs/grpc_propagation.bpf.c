// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Trace contexts in the calls that gRPC clients make: a field behind the header block that a connection's writer has
// just put into its buffer. Both programs run in that writer's goroutine, one right before the block is made, one
// behind it, and only for clients.
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

/// A call whose header block is being made.
struct grpc_call {
	struct ns_outgoing request;
	/// *transport.bufWriter, and how many bytes were waiting in it before.
	__u64 writer;
	__u64 start;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct ns_goroutine);
	__type(value, struct grpc_call);
} grpc_calls SEC(".maps");

/// Fields of a call's header that are looked at.
#define GRPC_FIELDS_MAX 512

/// A walk along the fields of a header.
struct field_walk {
	/// Where the next one's name is, how far one is from another, and how many are left.
	__u64 at;
	__u64 stride;
	__u64 left;
	__u8 has_traceparent;
	__u8 has_tracestate;
	__u8 is_cut;
};

/// bpf_loop callback: one field. Returns 1 behind the last one.
static long visit_field(__u32 iteration, struct field_walk *walk)
{
	struct ns_go_string name;

	(void)iteration;
	if (!walk->left)
		return 1;
	walk->left--;
	if (ns_read_string(walk->at, &name)) {
		walk->is_cut = 1;
		return 1;
	}
	walk->at += walk->stride;
	switch (ns_known_header(name)) {
	case NS_HEADER_TRACEPARENT:
		walk->has_traceparent = 1;
		break;
	case NS_HEADER_TRACESTATE:
		walk->has_tracestate = 1;
		break;
	case NS_HEADER_UNREADABLE:
		walk->is_cut = 1;
		break;
	default:
		break;
	}
	return 0;
}

/// Looks at the fields of a call, and where its header block is going to be.
static __always_inline __u32 prepare(struct pt_regs *ctx, const struct ns_propagation_facts *at, struct grpc_call *call)
{
	// The field that is the last has one byte, and is padded.
	struct field_walk walk = {
	    .at = NS_GO_ARG4(ctx) + at->field_name, .stride = at->field_sensitive + 8, .left = NS_GO_ARG5(ctx)};
	__u64 framer;

	bpf_loop(GRPC_FIELDS_MAX, visit_field, &walk, 0);
	if (walk.has_traceparent)
		return NS_UNWRITTEN_OWN;
	if (walk.is_cut || walk.left)
		return NS_UNWRITTEN_FAILED;
	call->request.has_tracestate = walk.has_tracestate;
	if (ns_read_u64(NS_GO_ARG1(ctx) + at->loopy_framer, &framer) ||
	    ns_read_u64(framer + at->framer_writer, &call->writer) ||
	    ns_read_u64(call->writer + at->grpc.used, &call->start))
		return NS_UNWRITTEN_FAILED;
	return NS_WRITTEN;
}

/// `call (*loopyWriter).writeHeader` in (*loopyWriter).originateStream, which clients have: the first argument is the
/// *loopyWriter, the fourth and the fifth are the fields of the call's header, by which the call is known.
SEC("uprobe")
int grpc_announce(struct pt_regs *ctx)
{
	struct ns_process_settings *settings;
	struct ns_outgoing *request;
	struct grpc_call call = {};
	struct ns_hit hit = {};
	struct ns_object key;
	__u32 outcome;

	if (!ns_identify(ctx, &hit))
		return 0;
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (!settings || !settings->writes || ns_read_goid(ctx, &hit))
		return 0;
	// One that failed to be written may have left its word here.
	bpf_map_delete_elem(&grpc_calls, &hit.key);
	key = (struct ns_object){.process = hit.key.process, .address = NS_GO_ARG4(ctx)};
	request = bpf_map_lookup_elem(&outgoing, &key);
	if (!request)
		return 0;
	call.request = *request;
	outcome = request->state == NS_OUTGOING_AMBIGUOUS ? NS_UNWRITTEN_AMBIGUOUS
	                                                  : prepare(ctx, &hit.facts->propagation, &call);
	if (outcome == NS_WRITTEN && bpf_map_update_elem(&grpc_calls, &hit.key, &call, BPF_ANY))
		outcome = NS_UNWRITTEN_FAILED;
	if (outcome != NS_WRITTEN)
		ns_count_unwritten(settings->counters_slot, outcome);
	return 0;
}

/// `call runtime.mapassign_fast32` in (*loopyWriter).originateStream, which follows the header that was written, and
/// nothing has been sent in between.
SEC("uprobe")
int grpc_propagate(struct pt_regs *ctx)
{
	struct ns_process_settings *settings;
	struct ns_headers_out *headers;
	struct ns_writer writer;
	struct grpc_call *found, call;
	struct ns_hit hit = {};
	__u32 outcome;

	if (!ns_identify(ctx, &hit) || ns_read_goid(ctx, &hit))
		return 0;
	found = bpf_map_lookup_elem(&grpc_calls, &hit.key);
	if (!found)
		return 0;
	call = *found;
	bpf_map_delete_elem(&grpc_calls, &hit.key);
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (!settings)
		return 0;
	headers = ns_begin_headers(&hit.key, &call.request);
	outcome = NS_UNWRITTEN_FAILED;
	if (headers && settings->writes &&
	    !ns_read_writer(headers, &hit.facts->propagation.grpc, call.writer, &writer)) {
		ns_make_fields(headers, &hit.key.process, call.request.has_tracestate);
		outcome = ns_extend_block(headers, &hit.key.process, settings, &writer, call.start);
	}
	ns_end_headers(&hit.key, settings->counters_slot, outcome);
	return 0;
}
