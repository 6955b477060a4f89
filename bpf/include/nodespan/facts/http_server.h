// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Where a Go program has what is read of the requests that its HTTP servers serve, and of their routes.
#pragma once

#include <linux/types.h>

#include "nodespan/facts/offset.h"

/// Longest parts of the structs that the programs copy in one read, bytes; clients copy requests and URLs, too.
#define NS_HTTP_REQUEST_READ_MAX 288
#define NS_HTTP_URL_READ_MAX 128
#define NS_HTTP_RESPONSE_READ_MAX 192

/// The server implementations that one executable can have, each with types of its own.
enum ns_http_server {
	/// net/http's HTTP/1.
	NS_HTTP1 = 0,
	/// The HTTP/2 bundled in net/http up to Go 1.26.
	NS_HTTP2_BUNDLED = 1,
	/// net/http/internal/http2, from Go 1.27 on.
	NS_HTTP2_INTERNAL = 2,
	/// golang.org/x/net/http2.
	NS_HTTP2_X = 3,
	NS_HTTP_SERVER_COUNT = 4,
};

/// Offsets that the programs of one HTTP server implementation read.
struct ns_http_server_facts {
	/// Bytes from the start of each struct that hold all its fields below, but for request_pattern and request_pat.
	__u16 request_read;
	__u16 url_read;
	/// The response is copied from response_from on: response_read bytes hold the fields below.
	ns_offset response_from;
	__u16 response_read;
	/// net/http.Request; net/http/internal/http2.ServerRequest.
	ns_offset request_method;
	ns_offset request_url;
	ns_offset request_proto_major;
	ns_offset request_proto_minor;
	ns_offset request_header;
	ns_offset request_content_length;
	ns_offset request_host;
	ns_offset request_remote_addr;
	ns_offset request_tls;
	/// net/http.Request.ctx, an interface.
	ns_offset request_context;
	/// net/http.Request.Pattern (Go 1.23), a string.
	ns_offset request_pattern;
	/// net/http.Request.pat (Go 1.22), a pointer to a net/http.pattern, and the string in that.
	ns_offset request_pat;
	ns_offset pattern_str;
	/// net/url.URL
	ns_offset url_path;
	ns_offset url_raw_query;
	/// HTTP/2: responseWriter.rws, a pointer to the response's state.
	ns_offset writer_response;
	/// HTTP/1: net/http.response; HTTP/2: responseWriterState.
	ns_offset response_status;
	ns_offset response_written;
	/// HTTP/1: net/http.response.{conn,req}.
	ns_offset response_conn;
	ns_offset response_request;
	/// HTTP/1: net/http.response.w, a pointer that is nil once the connection was hijacked.
	ns_offset response_writer;
	/// HTTP/1: net/http.conn.hijackedv
	ns_offset conn_hijacked;
};

/// The routers whose own structures show the route, as attach cookies name them.
enum ns_router {
	NS_ROUTER_GORILLA = 0,
	NS_ROUTER_GIN = 1,
	NS_ROUTER_CHI = 2,
	NS_ROUTER_ECHO = 3,
	NS_ROUTER_COUNT = 4,
};

/// Where a router's struct has the route.
struct ns_route_facts {
	/// A pointer to follow first. NS_ABSENT where the struct has the text itself.
	ns_offset pointer;
	/// The template, a string.
	ns_offset text;
	/// The templates of nested routers, a slice of strings, instead of `text`.
	ns_offset texts;
};
