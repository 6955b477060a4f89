// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Header fields as HTTP/2 has them (RFC 7541): literals without indexing, which change nothing in the tables of either
// side (6.2.2), names and values as plain strings (5.2).
#pragma once

#include "propagation_write.h"

/// The largest length in the seven bits of its first byte.
#define NS_HPACK_SHORT_MAX 126

#define NS_HPACK_TRACEPARENT "\x00\x0btraceparent\x37"
#define NS_HPACK_TRACESTATE "\x00\x0atracestate"
#define NS_HPACK_TRACEPARENT_LEN (sizeof(NS_HPACK_TRACEPARENT) - 1 + NS_TRACEPARENT_LEN)
#define NS_HPACK_TRACESTATE_AT (NS_HPACK_TRACEPARENT_LEN + sizeof(NS_HPACK_TRACESTATE) - 1)

_Static_assert(NS_TRACEPARENT_LEN == 0x37, "length of the value");
_Static_assert(NS_HPACK_TRACESTATE_AT + 3 + NS_HTTP_TRACESTATE_MAX <= NS_HEADERS_MAX - 8, "room");

/// Makes the text of the fields.
static __always_inline void ns_make_fields(struct ns_headers_out *headers, const struct ns_process_image *process,
                                           int has_tracestate)
{
	struct ns_tracestate state;
	char *text = headers->text;
	__u64 at = NS_HPACK_TRACESTATE_AT + 1, rest;

	__builtin_memcpy(text, NS_HPACK_TRACEPARENT, sizeof(NS_HPACK_TRACEPARENT) - 1);
	ns_format_traceparent(&headers->request, text + sizeof(NS_HPACK_TRACEPARENT) - 1);
	headers->len = NS_HPACK_TRACEPARENT_LEN;
	if (has_tracestate)
		return;
	state = ns_find_tracestate(process, &headers->request.owner);
	if (!state.len || state.len > NS_HTTP_TRACESTATE_MAX)
		return;
	// A length that doesn't fit its byte goes on in others, seven bits each, the lowest first (5.1).
	rest = state.len - NS_HPACK_SHORT_MAX - 1;
	if (state.len > NS_HPACK_SHORT_MAX)
		at += rest < 0x80 ? 1 : 2;
	if (!ns_append_tracestate_out(headers, process, state, at)) {
		// What was copied of it isn't part of the text.
		__builtin_memset(text + NS_HPACK_TRACEPARENT_LEN, 0, 16);
		return;
	}
	__builtin_memcpy(text + NS_HPACK_TRACEPARENT_LEN, NS_HPACK_TRACESTATE, sizeof(NS_HPACK_TRACESTATE) - 1);
	if (state.len <= NS_HPACK_SHORT_MAX) {
		text[NS_HPACK_TRACESTATE_AT] = state.len;
	} else {
		text[NS_HPACK_TRACESTATE_AT] = 0x7f;
		if (rest < 0x80) {
			text[NS_HPACK_TRACESTATE_AT + 1] = rest;
		} else {
			text[NS_HPACK_TRACESTATE_AT + 1] = 0x80 | (rest & 0x7f);
			text[NS_HPACK_TRACESTATE_AT + 2] = rest >> 7;
		}
	}
	headers->len = at + state.len;
}
