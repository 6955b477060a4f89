// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Writing to the memory of traced programs. Only objects that may fail to load include this: a kernel under lockdown
// takes no program that writes.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "go_values.h"
#include "hit.h"
#include "in_flight.h"
#include "maps.h"
#include "parents.h"
#include "process_event.h"
#include "propagation.h"
#include "tracestate.h"

/// Room for the headers of a request, in the form of any protocol, rounded up; a tracestate is the most of it.
#define NS_HEADERS_MAX 640

/// What comes of a request whose headers are looked at, besides the reasons of `enum ns_unwritten_reason`.
#define NS_WRITTEN NS_UNWRITTEN_REASON_COUNT
/// It has come to something before, in a program that runs twice while its executable is handed from one mount to
/// another.
#define NS_WRITTEN_BEFORE (NS_UNWRITTEN_REASON_COUNT + 1)

/// The headers of one request. In a map's value, since the stack is too small; an entry lasts as long as one run of a
/// program, in which the program may be preempted by others on its processor.
struct ns_headers_out {
	struct ns_outgoing request;
	/// Bytes of the text.
	__u64 len;
	/// What is written. Zeros from `len` on, up to a multiple of eight.
	char text[NS_HEADERS_MAX];
	/// What is read.
	char back[NS_HEADERS_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct ns_goroutine);
	__type(value, struct ns_headers_out);
} headers_out SEC(".maps");

static const struct ns_headers_out empty_headers_out;

/// Returns NULL when there is no room.
static __always_inline struct ns_headers_out *ns_begin_headers(const struct ns_goroutine *goroutine,
                                                               const struct ns_outgoing *request)
{
	struct ns_headers_out *headers;

	if (bpf_map_update_elem(&headers_out, goroutine, &empty_headers_out, BPF_ANY))
		return NULL;
	headers = bpf_map_lookup_elem(&headers_out, goroutine);
	if (headers)
		headers->request = *request;
	return headers;
}

/// Whether a request that was announced may be written: NS_WRITTEN, or why not.
static __always_inline __u32 ns_judge(const struct ns_outgoing *request)
{
	switch (request->state) {
	case NS_OUTGOING_PENDING:
		return NS_WRITTEN;
	case NS_OUTGOING_AMBIGUOUS:
		return NS_UNWRITTEN_AMBIGUOUS;
	case NS_OUTGOING_OWN:
		return NS_UNWRITTEN_OWN;
	default:
		return NS_UNWRITTEN_FAILED;
	}
}

/// Takes the entry away, and counts what came of it.
static __always_inline void ns_end_headers(const struct ns_goroutine *goroutine, __u32 counters_slot, __u32 outcome)
{
	bpf_map_delete_elem(&headers_out, goroutine);
	if (outcome == NS_WRITTEN)
		ns_count_written(counters_slot);
	else
		ns_count_unwritten(counters_slot, outcome);
}

/// Nothing is written to the process any more.
static __always_inline void ns_stop_writing(const struct ns_process_image *process,
                                            struct ns_process_settings *settings)
{
	if (!settings->writes)
		return;
	settings->writes = 0;
	ns_report_process(*process, settings->counters_slot, NS_PROCESS_WRITES_OFF);
}

/// Whether what was read is the text.
static __always_inline int ns_is_text(const struct ns_headers_out *headers)
{
	const __u64 *text = (const __u64 *)headers->text, *back = (const __u64 *)headers->back;
	__u64 difference = 0;

	for (__u32 word = 0; word < NS_HEADERS_MAX / 8; word++) {
		if (word * 8 >= headers->len)
			break;
		difference |= text[word] ^ back[word];
	}
	return !difference;
}

/// Reads as many bytes as the text has. Returns whether they are the text.
static __always_inline int ns_reads_text(struct ns_headers_out *headers, __u64 address)
{
	__u64 len = *(volatile __u64 *)&headers->len;

	// Two comparisons, of which the compiler must not make one: only so does the verifier know both bounds.
	if (len < NS_TRACEPARENT_LEN)
		return 0;
	barrier_var(len);
	if (len > NS_HEADERS_MAX - 8)
		return 0;
	barrier_var(len);
	if (bpf_probe_read_user(headers->back, len, (const void *)address))
		return 0;
	*(__u64 *)(headers->back + len) = 0;
	return ns_is_text(headers);
}

/// Writes the text where nothing is yet. Returns NS_WRITTEN, or why it isn't there: memory that the program has never
/// touched has no page, and can't be written to.
static __always_inline __u32 ns_write_text(struct ns_headers_out *headers, const struct ns_process_image *process,
                                           struct ns_process_settings *settings, __u64 address)
{
	__u64 len = *(volatile __u64 *)&headers->len;

	if (len < NS_TRACEPARENT_LEN)
		return NS_UNWRITTEN_FAILED;
	barrier_var(len);
	if (len > NS_HEADERS_MAX - 8)
		return NS_UNWRITTEN_FAILED;
	barrier_var(len);
	if (bpf_probe_write_user((void *)address, headers->text, len))
		return NS_UNWRITTEN_FAILED;
	if (ns_reads_text(headers, address))
		return NS_WRITTEN;
	ns_stop_writing(process, settings);
	return NS_UNWRITTEN_FAILED;
}

/// Changes a word that means something to the program. Returns NS_WRITTEN, or NS_UNWRITTEN_FAILED: then the word is
/// what it was, on a page that can't be written to just now (shared with a fork, or moving to another node's memory),
/// or nothing is written to the process any more.
static __always_inline __u32 ns_write_word(const struct ns_process_image *process, struct ns_process_settings *settings,
                                           __u64 address, __u64 value)
{
	__u64 back = ~value;

	if (bpf_probe_write_user((void *)address, &value, sizeof(value)))
		return NS_UNWRITTEN_FAILED;
	if (!ns_read_u64(address, &back) && back == value)
		return NS_WRITTEN;
	ns_stop_writing(process, settings);
	return NS_UNWRITTEN_FAILED;
}

/// A buffered writer in the program.
struct ns_writer {
	/// The buffer, bytes that it has, and how many of them are waiting to be sent.
	__u64 buffer;
	__u64 len;
	__u64 used;
	/// Where `used` is.
	__u64 used_at;
};

/// Reads a buffered writer, by way of `headers->back`, which has it then. Returns 0 when it makes sense.
static __always_inline int ns_read_writer(struct ns_headers_out *headers, const struct ns_writer_facts *at,
                                          __u64 address, struct ns_writer *writer)
{
	struct ns_go_string buffer;

	if (ns_read_object(headers->back, at->read, NS_WRITER_READ_MAX, address) < at->read)
		return -1;
	buffer = ns_string_in(headers->back, NS_WRITER_READ_MAX, at->buffer);
	writer->buffer = buffer.data;
	writer->len = buffer.len;
	writer->used = ns_word_in(headers->back, NS_WRITER_READ_MAX, at->used);
	writer->used_at = address + at->used;
	return writer->used > writer->len ? -1 : 0;
}

/// Copies a tracestate to the end of the text. Returns its length, 0 when it can't be had any more.
static __always_inline __u64 ns_append_tracestate_out(struct ns_headers_out *headers,
                                                      const struct ns_process_image *process,
                                                      struct ns_tracestate state, __u64 at)
{
	__u64 len = state.len;

	// One that is cut would say something else.
	if (!len || state.is_cut)
		return 0;
	// Compared by themselves, and right before they are used.
	barrier_var(len);
	barrier_var(at);
	if (len > NS_HTTP_TRACESTATE_MAX || at > NS_HEADERS_MAX - 16 - NS_HTTP_TRACESTATE_MAX ||
	    bpf_probe_read_kernel(headers->text + at, len, state.text) ||
	    !ns_owner_is_in(process, &headers->request.owner, headers->request.trace_id))
		return 0;
	return len;
}
