// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Trace contexts in the calls that gRPC clients make: a field behind the header block that a connection's writer has
// just put into its buffer, in that writer's goroutine.
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

/// A stream whose header has just been written.
struct grpc_stream {
	__u32 id;
	/// Bytes of its header block.
	__u64 block_len;
	/// *transport.bufWriter
	__u64 writer;
};

/// Reads the word for the stream that is being entered into its writer's map; NULL where there is none. Both stream and
/// writer are on the stack; that it is they, the arguments show: the map is the writer's, and the key the stream's
/// number.
static __always_inline struct ns_outgoing *find_call(struct pt_regs *ctx, const struct ns_hit *hit,
                                                     struct ns_object *key, struct grpc_stream *stream)
{
	const struct ns_propagation_facts *at = &hit->facts->propagation;
	__u64 sp = NS_GO_SP(ctx), address;

	key->process = hit->key.process;
	if (ns_read_u64(sp + at->stream_place, &address) ||
	    bpf_probe_read_user(&stream->id, sizeof(stream->id), (const void *)(address + at->stream_id)) ||
	    stream->id != (__u32)NS_GO_ARG3(ctx) || ns_read_u64(address + at->stream_quota, &key->address))
		return NULL;
	return bpf_map_lookup_elem(&outgoing, key);
}

/// Reads where the header is, by way of `headers->back`, which has the writer then. Returns 0 when it is known.
static __always_inline int find_header(struct pt_regs *ctx, const struct ns_propagation_facts *at,
                                       struct ns_headers_out *headers, struct grpc_stream *stream)
{
	char *loopy = headers->back;
	struct ns_go_string block;
	__u64 address;

	if (ns_read_u64(NS_GO_SP(ctx) + at->loopy_place, &address) ||
	    ns_read_object(loopy, at->loopy_read, NS_LOOPY_READ_MAX, address) < at->loopy_read ||
	    ns_word_in(loopy, NS_LOOPY_READ_MAX, at->loopy_streams) != NS_GO_ARG2(ctx) ||
	    ns_read_string(ns_word_in(loopy, NS_LOOPY_READ_MAX, at->loopy_block) + at->block_bytes, &block) ||
	    ns_read_u64(ns_word_in(loopy, NS_LOOPY_READ_MAX, at->loopy_framer) + at->framer_writer, &stream->writer))
		return -1;
	stream->block_len = block.len;
	return 0;
}

static __always_inline __u32 write_fields(struct pt_regs *ctx, const struct ns_hit *hit,
                                          struct ns_process_settings *settings, struct ns_headers_out *headers,
                                          struct grpc_stream *stream)
{
	const struct ns_propagation_facts *at = &hit->facts->propagation;
	struct ns_writer writer;
	__u64 start;

	if (find_header(ctx, at, headers, stream) || ns_read_writer(headers, &at->grpc, stream->writer, &writer))
		return NS_UNWRITTEN_FAILED;
	// Not all of the block is there any more, if the buffer was too small for it, or there is none.
	if (ns_block_start(&writer, stream->id, stream->block_len, &start))
		return NS_UNWRITTEN_NO_ROOM;
	ns_make_fields(headers, &hit->key.process, headers->request.has_tracestate);
	return ns_extend_block(headers, &hit->key.process, settings, &writer, start);
}

/// `call runtime.mapassign_fast32` in (*loopyWriter).originateStream, which clients have: the second argument is the
/// map of the writer's streams, the third the new one's number. It follows the header that was written, and nothing has
/// been sent in between.
SEC("uprobe")
int grpc_propagate(struct pt_regs *ctx)
{
	struct ns_process_settings *settings;
	struct ns_headers_out *headers = NULL;
	struct ns_outgoing *found, request;
	struct grpc_stream stream = {};
	struct ns_hit hit = {};
	struct ns_object key;
	__u32 outcome;

	if (!ns_identify(ctx, &hit))
		return 0;
	settings = bpf_map_lookup_elem(&processes, &hit.key.process);
	if (!settings || !settings->writes)
		return 0;
	found = find_call(ctx, &hit, &key, &stream);
	if (!found)
		return 0;
	request = *found;
	// Once a stream, also where the program runs twice because its executable is handed from one mount to another.
	bpf_map_delete_elem(&outgoing, &key);
	outcome = ns_judge(&request);
	if (outcome == NS_WRITTEN) {
		outcome = NS_UNWRITTEN_FAILED;
		if (!ns_read_goid(ctx, &hit))
			headers = ns_begin_headers(&hit.key, &request);
		if (headers)
			outcome = write_fields(ctx, &hit, settings, headers, &stream);
	}
	ns_end_headers(&hit.key, settings->counters_slot, outcome);
	return 0;
}
