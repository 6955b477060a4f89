// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// W3C Trace Context (level 1).
#pragma once

#include "go_values.h"
#include "nodespan/process.h"
#include "nodespan/span.h"

#define NS_TRACEPARENT_LEN 55

#define NS_NOT_HEX 0x10

/// Values of hexadecimal digits. Trace Context allows lower case only. A table, since branches on each digit would
/// multiply the paths that the verifier follows.
// clang-format off
static const __u8 hex_values[256] = {
	[0 ... '0' - 1] = NS_NOT_HEX,
	['0'] = 0, ['1'] = 1, ['2'] = 2, ['3'] = 3, ['4'] = 4, ['5'] = 5, ['6'] = 6, ['7'] = 7, ['8'] = 8, ['9'] = 9,
	['9' + 1 ... 'a' - 1] = NS_NOT_HEX,
	['a'] = 10, ['b'] = 11, ['c'] = 12, ['d'] = 13, ['e'] = 14, ['f'] = 15,
	['f' + 1 ... 255] = NS_NOT_HEX,
};
// clang-format on

/// Decodes `len` bytes of hexadecimal. Returns whether any byte was not zero.
static __always_inline __u8 ns_unhex(const char *digits, __u8 *bytes, int len, __u8 *bad)
{
	__u8 any = 0;

	for (int i = 0; i < len; i++) {
		__u8 high = hex_values[(__u8)digits[2 * i]], low = hex_values[(__u8)digits[2 * i + 1]];
		__u8 byte = high << 4 | low;

		*bad |= (high | low) & NS_NOT_HEX;
		bytes[i] = byte;
		any |= byte;
	}
	return any;
}

/// Takes the parent from the only line of a traceparent header. Leaves the ids zero and returns 0 when there is none or
/// it is invalid: two lines, upper case, a zero id, version ff, a version 00 with more behind it.
static __always_inline int ns_read_parent(struct ns_go_string lines, struct ns_span *span)
{
	char text[NS_TRACEPARENT_LEN + 1] = {};
	struct ns_go_string line;
	__u8 version, flags, bad = 0;

	if (lines.len != 1 || ns_read_string(lines.data, &line) || line.len < NS_TRACEPARENT_LEN)
		return 0;
	if (bpf_probe_read_user(text, NS_TRACEPARENT_LEN, (const void *)line.data))
		return 0;
	if (text[2] != '-' || text[35] != '-' || text[52] != '-')
		return 0;
	ns_unhex(text, &version, 1, &bad);
	ns_unhex(text + 53, &flags, 1, &bad);
	if (bad || version == 0xff)
		return 0;
	if (line.len > NS_TRACEPARENT_LEN) {
		char next = 0;

		if (!version || bpf_probe_read_user(&next, 1, (const void *)(line.data + NS_TRACEPARENT_LEN)) ||
		    next != '-')
			return 0;
	}
	if (!ns_unhex(text + 3, span->trace_id, 16, &bad) || !ns_unhex(text + 36, span->parent_span_id, 8, &bad) ||
	    bad) {
		__builtin_memset(span->trace_id, 0, sizeof(span->trace_id));
		__builtin_memset(span->parent_span_id, 0, sizeof(span->parent_span_id));
		return 0;
	}
	span->parent = NS_PARENT_REMOTE;
	span->flags = flags & NS_TRACE_FLAG_SAMPLED;
	return 1;
}

static __always_inline void ns_new_id(__u8 *id, int words)
{
	__u32 *word = (__u32 *)id;

	for (int i = 0; i < words; i++)
		word[i] = bpf_get_prandom_u32();
	// An id of all zeros is invalid.
	if (!word[0])
		word[0] = 1;
}
