// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// HTTP server requests between their begin and their end.
#pragma once

#include "maps.h"
#include "nodespan/http.h"

#define NS_HTTP_IN_FLIGHT_MAX 8192

/// A goroutine serves one HTTP/1 request at a time.
struct ns_goroutine {
	struct ns_process_image process;
	__u64 goid;
};

struct ns_http_in_flight {
	/// The server's *net/http.response and *net/http.Request, addresses in the traced process.
	__u64 response;
	__u64 request;
	/// Bytes of record.text in use.
	__u64 text_used;
	/// What is known so far of the record that the end emits.
	struct ns_http_server_span record;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NS_HTTP_IN_FLIGHT_MAX);
	__type(key, struct ns_goroutine);
	__type(value, struct ns_http_in_flight);
} http_in_flight SEC(".maps");
