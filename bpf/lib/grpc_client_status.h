// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The status of a gRPC call, from the error that its client gets.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "go_values.h"
#include "nodespan/binary.h"
#include "nodespan/grpc.h"
#include "parents.h"

/// google.golang.org/grpc/codes
#define NS_GRPC_OK 0
#define NS_GRPC_CANCELED 1
#define NS_GRPC_UNKNOWN 2
#define NS_GRPC_DEADLINE_EXCEEDED 4

/// What errors are looked at: one, and those that fmt.Errorf wraps.
#define NS_GRPC_ERRORS_MAX 3

/// The concrete type of an interface's value, by its hash; 0 when that can't be read.
static __always_inline __u32 ns_type_of(struct ns_go_interface value)
{
	__u32 hash = 0;

	bpf_probe_read_user(&hash, sizeof(hash), (const void *)(value.itab + NS_ITAB_HASH));
	return hash;
}

/// How the text of an error that errors.New made begins: three words, zeros behind its end.
struct ns_grpc_error_text {
	__u64 len;
	__u64 head;
	__u64 tail;
};

#define NS_WORD(a, b, c, d, e, f, g, h)                                                                                \
	((__u64)(a) | (__u64)(b) << 8 | (__u64)(c) << 16 | (__u64)(d) << 24 | (__u64)(e) << 32 | (__u64)(f) << 40 |    \
	 (__u64)(g) << 48 | (__u64)(h) << 56)

/// The status for what errors.New made: io.EOF ends a stream well, context.Canceled is the caller's own doing.
static __always_inline int ns_status_of_text(__u64 error, __u32 *status)
{
	struct ns_go_string text;
	__u64 words[2] = {};

	if (ns_read_string(error, &text))
		return 0;
	if (text.len == 3 && !bpf_probe_read_user(words, 3, (const void *)text.data) &&
	    words[0] == NS_WORD('E', 'O', 'F', 0, 0, 0, 0, 0)) {
		*status = NS_GRPC_OK;
		return 1;
	}
	if (text.len == 16 && !bpf_probe_read_user(words, 16, (const void *)text.data) &&
	    words[0] == NS_WORD('c', 'o', 'n', 't', 'e', 'x', 't', ' ') &&
	    words[1] == NS_WORD('c', 'a', 'n', 'c', 'e', 'l', 'e', 'd')) {
		*status = NS_GRPC_CANCELED;
		return 1;
	}
	return 0;
}

/// The code in a *status.Error.
static __always_inline int ns_status_of_error(const struct ns_grpc_client_facts *at, __u64 error, __u32 *status)
{
	__u64 proto;

	if (at->error_status != NS_ABSENT && ns_read_u64(error + at->error_status, &error))
		return 0;
	// A status without a message behind it is OK.
	if (ns_read_u64(error + at->error_proto, &proto))
		return 0;
	*status = NS_GRPC_OK;
	return !proto || !bpf_probe_read_user(status, sizeof(*status), (const void *)(proto + at->proto_code));
}

/// Sets the outcome and the status of a call that ended with this error, nil included.
static __always_inline void ns_read_status(const struct ns_grpc_client_facts *at, struct ns_go_interface error,
                                           struct ns_grpc_span *record)
{
	__u32 status = NS_GRPC_UNKNOWN;
	int known = 0;

	for (int i = 0; i < NS_GRPC_ERRORS_MAX; i++) {
		__u32 type;

		if (!error.itab) {
			status = NS_GRPC_OK;
			known = 1;
			break;
		}
		type = ns_type_of(error);
		if (type == at->status_type) {
			known = ns_status_of_error(at, error.data, &status);
			break;
		}
		if (type == at->text_type) {
			known = ns_status_of_text(error.data, &status);
			break;
		}
		if (type == at->deadline_type) {
			status = NS_GRPC_DEADLINE_EXCEEDED;
			known = 1;
			break;
		}
		if (type != at->wrap_type || at->wrapped == NS_ABSENT ||
		    ns_read_interface(error.data + at->wrapped, &error))
			break;
	}
	record->outcome = known ? NS_GRPC_STATUS : NS_GRPC_OTHER_ERROR;
	record->status = known ? status : NS_GRPC_UNKNOWN;
}

/// Whether an error is io.EOF, by which a stream's operations say that another one has the status.
static __always_inline int ns_is_end_of_stream(const struct ns_grpc_client_facts *at, struct ns_go_interface error)
{
	__u32 status = NS_GRPC_UNKNOWN;

	return ns_type_of(error) == at->text_type && ns_status_of_text(error.data, &status) && status == NS_GRPC_OK;
}
