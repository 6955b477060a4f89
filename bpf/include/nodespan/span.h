// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What every record of a finished span begins with.
#pragma once

#include <linux/types.h>

#include "nodespan/process.h"

enum ns_record_kind {
	/// None: another span in flight has taken its place, with its ids. When it ends it is as if it had not begun.
	NS_RECORD_TAKEN_OVER = 0,
	/// `struct ns_http_server_span`
	NS_RECORD_HTTP_SERVER = 1,
	/// `struct ns_http_client_span`
	NS_RECORD_HTTP_CLIENT = 2,
	/// `struct ns_grpc_span`, both.
	NS_RECORD_GRPC_SERVER = 3,
	NS_RECORD_GRPC_CLIENT = 4,
};

/// Where parent_span_id came from; it is zero without a parent.
enum ns_parent_kind {
	NS_PARENT_NONE = 0,
	/// With the request: the parent is in another process.
	NS_PARENT_REMOTE = 1,
	/// A span of this process.
	NS_PARENT_LOCAL = 2,
};

#define NS_TRACE_FLAG_SAMPLED 0x01
/// Of a span in flight, never of a record: it is not sampled, since the process has begun as many as it may.
#define NS_SPAN_CAPPED 0x80

/// The ids are set whether it is sampled or not: they go on to whoever is called.
struct ns_span {
	/// `enum ns_record_kind`.
	__u16 kind;
	/// W3C trace flags of this span; NS_SPAN_CAPPED besides.
	__u8 flags;
	/// `enum ns_parent_kind`.
	__u8 parent;
	/// Slot of the process's counters, so that user space can attribute what it does with the record.
	__u32 counters_slot;
	struct ns_process_image process;
	__u64 goid;
	/// CLOCK_MONOTONIC, nanoseconds.
	__u64 start_ns;
	__u64 end_ns;
	__u8 trace_id[16];
	__u8 span_id[8];
	__u8 parent_span_id[8];
};

/// Key of a span in flight that is known by its goroutine, which has one of a kind at a time.
struct ns_goroutine {
	struct ns_process_image process;
	__u64 goid;
};

/// Key of what is known by the address of a Go object.
struct ns_object {
	struct ns_process_image process;
	__u64 address;
};

/// What had been given out of goids when a goroutine began a request.
struct ns_goroutine_mark {
	/// Goroutines with a higher number were started since. 0 when all that this one has started were, NS_ALL_GOIDS
	/// when that isn't known.
	__u64 newest;
	/// The numbers that processors had left: goroutines with those were started since.
	struct ns_goid_range {
		__u64 next;
		__u64 end;
	} left[1 + NS_PROCESSORS_MAX];
};
#define NS_ALL_GOIDS 0xffffffffffffffffULL
/// runtime._GoidCacheBatch
#define NS_GOID_BATCH 16

/// Which server span in flight a span is part of, or would be: its record kind, NS_RECORD_HTTP_SERVER or
/// NS_RECORD_GRPC_SERVER, and its goroutine. All zeros for none.
struct ns_owner {
	__u64 goid;
	__u32 kind;
	__u32 reserved;
};

/// A request going out whose header has not been written yet: what its traceparent is to say. In the map `outgoing`, by
/// the address of what its writer sees of it: for HTTP the header map, for gRPC the stream's write quota.
struct ns_outgoing {
	__u8 trace_id[16];
	__u8 span_id[8];
	/// W3C trace flags.
	__u8 flags;
	/// `enum ns_outgoing_state`.
	__u8 state;
	/// 1 when the application has set a tracestate itself.
	__u8 has_tracestate;
	__u8 reserved;
	/// Requests in flight that share the address.
	__u32 users;
	/// Whose tracestate goes along.
	struct ns_owner owner;
};

enum ns_outgoing_state {
	NS_OUTGOING_PENDING = 0,
	/// Two requests in flight share the address, so that nobody can tell which is written.
	NS_OUTGOING_AMBIGUOUS = 1,
	/// The application has set a traceparent itself.
	NS_OUTGOING_OWN = 2,
	/// Whether it has could not be read.
	NS_OUTGOING_UNREADABLE = 3,
};
