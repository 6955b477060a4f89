// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Where a Go program has what is read of the requests that its HTTP clients send.
#pragma once

#include <linux/types.h>

#include "nodespan/facts/offset.h"

/// The client implementations that one executable can have: the variants in attach cookies.
enum ns_http_client {
	/// net/http's Transport: HTTP/1, and what HTTP/2 begins with.
	NS_HTTP_CLIENT = 0,
	/// The HTTP/2 bundled in net/http up to Go 1.26.
	NS_HTTP2_CLIENT_BUNDLED = 1,
	/// net/http/internal/http2, from Go 1.27 on.
	NS_HTTP2_CLIENT_INTERNAL = 2,
	/// golang.org/x/net/http2, by itself or below net/http's Transport.
	NS_HTTP2_CLIENT_X = 3,
};

/// The responses of these implementations.
enum ns_http_client_response {
	/// net/http.Response
	NS_HTTP_RESPONSE = 0,
	/// net/http/internal/http2.ClientResponse
	NS_HTTP2_RESPONSE_INTERNAL = 1,
	NS_HTTP_CLIENT_RESPONSE_COUNT = 2,
};

#define NS_HTTP_CLIENT_RESPONSE_READ_MAX 128

/// Where a response has what the programs read of it, in its first `read` bytes.
struct ns_http_client_response_facts {
	__u16 read;
	ns_offset status;
	ns_offset proto_major;
	ns_offset proto_minor;
	ns_offset content_length;
};

/// Offsets that the programs of HTTP clients read.
struct ns_http_client_facts {
	/// Bytes from the start of each struct that hold all its fields below.
	__u16 request_read;
	__u16 url_read;
	/// net/http.Request
	ns_offset request_method;
	ns_offset request_url;
	ns_offset request_header;
	ns_offset request_content_length;
	/// The response by which the request before was redirected to this one.
	ns_offset request_response;
	/// An interface.
	ns_offset request_context;
	/// net/url.URL
	ns_offset url_scheme;
	ns_offset url_user;
	ns_offset url_host;
	ns_offset url_path;
	ns_offset url_raw_path;
	ns_offset url_raw_query;
	/// net/url.Userinfo.passwordSet
	ns_offset userinfo_password_set;
	/// net/http.Response.Request: the request that it answered. It need not be in what is copied.
	ns_offset response_request;
	/// By `enum ns_http_client_response`.
	struct ns_http_client_response_facts response[NS_HTTP_CLIENT_RESPONSE_COUNT];
};
