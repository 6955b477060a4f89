// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What every record of a finished span begins with.
#pragma once

#include <linux/types.h>

#include "nodespan/process.h"

enum ns_record_kind {
	/// `struct ns_http_server_span`
	NS_RECORD_HTTP_SERVER = 1,
};

#define NS_TRACE_FLAG_SAMPLED 0x01

struct ns_span {
	/// `enum ns_record_kind`.
	__u16 kind;
	/// W3C trace flags of this span.
	__u8 flags;
	/// 1 when parent_span_id came from a traceparent header; otherwise parent_span_id is zero.
	__u8 has_remote_parent;
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
