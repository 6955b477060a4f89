// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// An HTTP client request, one round trip: its record once finished, and what is kept of it until then.
#pragma once

#include <linux/types.h>

#include "nodespan/span.h"

/// The texts of a request, in the order in which they stand in `ns_http_client_span.text`.
enum ns_http_client_text {
	NS_HTTP_CLIENT_METHOD = 0,
	NS_HTTP_CLIENT_SCHEME = 1,
	/// http.Request.URL.Host, with the port if given.
	NS_HTTP_CLIENT_HOST = 2,
	/// URL.RawPath, else URL.Path, decoded.
	NS_HTTP_CLIENT_PATH = 3,
	/// Raw query, without the question mark.
	NS_HTTP_CLIENT_QUERY = 4,
	/// As the application set it.
	NS_HTTP_CLIENT_USER_AGENT = 5,
	/// The parent's tracestate.
	NS_HTTP_CLIENT_TRACESTATE = 6,
	/// What an error of kind NS_ERROR_TEXT says.
	NS_HTTP_CLIENT_ERROR = 7,
	NS_HTTP_CLIENT_TEXT_COUNT = 8,
};

/// Longest text kept of each kind, in bytes; what is longer is cut there.
#define NS_HTTP_CLIENT_METHOD_MAX 31
#define NS_HTTP_CLIENT_SCHEME_MAX 15
#define NS_HTTP_CLIENT_HOST_MAX 255
#define NS_HTTP_CLIENT_PATH_MAX 255
#define NS_HTTP_CLIENT_QUERY_MAX 255
#define NS_HTTP_CLIENT_USER_AGENT_MAX 127
#define NS_HTTP_CLIENT_TRACESTATE_MAX 512
#define NS_HTTP_CLIENT_ERROR_MAX 127
/// Room for all of them.
#define NS_HTTP_CLIENT_TEXT_MAX 1600

/// The URL has a user name, a password.
#define NS_HTTP_CLIENT_USER 1
#define NS_HTTP_CLIENT_PASSWORD 2

struct ns_http_client_span {
	struct ns_span span;
	/// http.Request.ContentLength and http.Response.ContentLength: -1 when unknown.
	__s64 request_body_size;
	__s64 response_body_size;
	/// Status code; 0 when there was no response.
	__u16 status;
	__u8 proto_major;
	__u8 proto_minor;
	/// `enum ns_error_kind` of the error that came instead of a response.
	__u16 error_kind;
	/// How often the request had been sent before: redirects.
	__u16 resend_count;
	/// NS_HTTP_CLIENT_USER and NS_HTTP_CLIENT_PASSWORD.
	__u16 userinfo;
	/// Bit i set: text i was longer than what is kept, or could not be read.
	__u16 truncated;
	/// 1 when NS_HTTP_CLIENT_PATH is RawPath, so encoded as it is.
	__u16 is_raw_path;
	/// Length of each text kept, bytes.
	__u16 text_len[NS_HTTP_CLIENT_TEXT_COUNT];
	/// The texts one behind the other, without terminators. A record ends behind its last text.
	char text[NS_HTTP_CLIENT_TEXT_MAX];
};

/// A request in flight, by the goroutine that waits for its response.
struct ns_http_client_in_flight {
	/// What is known so far of the record that the end emits.
	struct ns_http_client_span record;
	/// *net/http.Request
	__u64 request;
	/// Its header map: key of its entry in `outgoing`; 0 when it has none.
	__u64 header;
	/// Bytes of record.text in use.
	__u64 text_used;
	/// `enum ns_http_client`: whose round trip it is.
	__u64 client;
	/// Whose child it is.
	struct ns_owner owner;
};
