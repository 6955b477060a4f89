// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// An HTTP server request: its record once finished, and what is kept of it until then.
#pragma once

#include <linux/types.h>

#include "nodespan/span.h"

/// The texts of a request, in the order in which they stand in `ns_http_server_span.text`.
enum ns_http_text {
	/// All tracestate header lines, joined with commas; empty without a valid traceparent. The only text of a
	/// request
	/// that isn't sampled: it goes on to whoever the handler calls.
	NS_HTTP_TRACESTATE = 0,
	NS_HTTP_METHOD = 1,
	/// URL path, decoded, without the query.
	NS_HTTP_PATH = 2,
	/// Raw query, without the question mark.
	NS_HTTP_QUERY = 3,
	/// Host header, or the host of an absolute request target; with the port if given.
	NS_HTTP_HOST = 4,
	/// Peer, "address:port", as net.Conn.RemoteAddr prints it.
	NS_HTTP_REMOTE_ADDR = 5,
	NS_HTTP_USER_AGENT = 6,
	/// The pattern of the http.ServeMux that matched, as registered: "[METHOD ][HOST]/PATH"; or another router's
	/// template.
	NS_HTTP_PATTERN = 7,
	NS_HTTP_TEXT_COUNT = 8,
};

/// Longest text kept of each kind, in bytes; what is longer is cut there.
#define NS_HTTP_METHOD_MAX 31
#define NS_HTTP_PATH_MAX 255
#define NS_HTTP_QUERY_MAX 255
#define NS_HTTP_HOST_MAX 255
#define NS_HTTP_REMOTE_ADDR_MAX 63
#define NS_HTTP_USER_AGENT_MAX 127
#define NS_HTTP_TRACESTATE_MAX 512
#define NS_HTTP_PATTERN_MAX 255
/// Room for all of them, rounded up to a power of two.
#define NS_HTTP_TEXT_MAX 2048

/// In `ns_http_server_span.truncated`: the header map was too large to be walked to its end, or could
/// not all be read.
#define NS_HTTP_HEADERS_CUT 0x8000

/// How a request ended.
enum ns_http_outcome {
	/// The handler returned.
	NS_HTTP_RETURNED = 0,
	/// The handler took the connection over, so the server knows no status.
	NS_HTTP_HIJACKED = 1,
	/// The handler panicked (http.ErrAbortHandler included) or ended its goroutine.
	NS_HTTP_ABORTED = 2,
	/// The server answered by itself: an Expect header that it doesn't know (417).
	NS_HTTP_REJECTED = 3,
};

struct ns_http_server_span {
	struct ns_span span;
	/// http.Request.ContentLength: -1 when unknown.
	__s64 request_body_size;
	/// Bytes the handler wrote; -1 when unknown.
	__s64 response_body_size;
	/// Status code that the handler set; 0 when it set none (a server sends 200 then, unless hijacked or aborted).
	__u16 status;
	__u8 proto_major;
	__u8 proto_minor;
	/// `enum ns_http_outcome`.
	__u8 outcome;
	/// 1 when the connection is TLS.
	__u8 is_tls;
	/// Bit i set: text i was longer than what is kept, or could not be read. Also NS_HTTP_HEADERS_CUT.
	__u16 truncated;
	/// Length of each text kept, bytes.
	__u16 text_len[NS_HTTP_TEXT_COUNT];
	/// The texts one behind the other, without terminators. A record ends behind its last text.
	char text[NS_HTTP_TEXT_MAX];
};

/// A request in flight, by its goroutine: an HTTP/1 connection has one for all its requests, an HTTP/2 stream one of
/// its own.
struct ns_http_in_flight {
	/// What is known so far of the record that the end emits.
	struct ns_http_server_span record;
	/// The server's response and request, addresses in the traced process: *net/http.response and
	/// *net/http.Request; for HTTP/2 its *responseWriter, and from Go 1.27 on its *http2.ServerRequest.
	__u64 response;
	__u64 request;
	/// Where its path is, and how long: what a router that found no route has in place of a template.
	__u64 path;
	__u64 path_len;
	/// Bytes of record.text in use.
	__u64 text_used;
	/// Its context.Context, the data pointer of the interface; 0 when unknown.
	__u64 context;
	/// 1 when that has an entry in `contexts`.
	__u64 is_registered;
	/// What tells the goroutines that it started since.
	struct ns_goroutine_mark mark;
	/// `enum ns_http_fate`: an HTTP/2 request may end on one processor while another finds out that it is a gRPC
	/// call. The first to change this decides.
	__u32 fate;
	__u32 unused;
};

enum ns_http_fate {
	NS_HTTP_OPEN = 0,
	NS_HTTP_ENDED = 1,
	/// Its record kind is NS_RECORD_TAKEN_OVER, or will be at once.
	NS_HTTP_TAKEN = 2,
};
