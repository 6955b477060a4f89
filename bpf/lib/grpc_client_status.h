// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The status of a gRPC call, from the error that its client gets.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "go_headers.h"
#include "go_values.h"
#include "grpc_values.h"
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

/// The status for what errors.New made: io.EOF ends a stream well, context.Canceled is the caller's own doing.
static __always_inline int ns_status_of_text(__u64 error, __u32 *status)
{
	struct ns_go_string text;
	__u64 words[2] = {};

	if (ns_read_string(error, &text))
		return 0;
	if (text.len == 3 && !bpf_probe_read_user(words, 3, (const void *)text.data) &&
	    words[0] == NS_NAME_HEAD('E', 'O', 'F', 0, 0, 0, 0, 0)) {
		*status = NS_GRPC_OK;
		return 1;
	}
	if (text.len == 16 && !bpf_probe_read_user(words, 16, (const void *)text.data) &&
	    words[0] == NS_NAME_HEAD('c', 'o', 'n', 't', 'e', 'x', 't', ' ') &&
	    words[1] == NS_NAME_HEAD('c', 'a', 'n', 'c', 'e', 'l', 'e', 'd')) {
		*status = NS_GRPC_CANCELED;
		return 1;
	}
	return 0;
}

/// The code in a *status.Error.
static __always_inline int ns_status_of_error(const struct ns_grpc_client_facts *at, __u64 error, __u32 *status)
{
	if (at->error_status != NS_ABSENT && ns_read_u64(error + at->error_status, &error))
		return 0;
	return !ns_read_grpc_status(at->error_proto, at->proto_code, error, status);
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
		type = ns_hash_of_itab(error.itab);
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

	return ns_hash_of_itab(error.itab) == at->text_type && ns_status_of_text(error.data, &status) &&
	       status == NS_GRPC_OK;
}
