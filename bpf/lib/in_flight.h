// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Spans between their begin and their end. All keys are 24 bytes that begin with the process image, all values begin
// with a record, so with a `struct ns_span`: what ends a process treats them alike.
#pragma once

#include "maps.h"
#include "nodespan/grpc.h"
#include "nodespan/http.h"
#include "nodespan/http_client.h"
#include "nodespan/quota.h"

/// HTTP server requests.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NS_HTTP_IN_FLIGHT_MAX);
	__type(key, struct ns_goroutine);
	__type(value, struct ns_http_in_flight);
} http_in_flight SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NS_HTTP_CLIENT_IN_FLIGHT_MAX);
	__type(key, struct ns_goroutine);
	__type(value, struct ns_http_client_in_flight);
} http_client_in_flight SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NS_GRPC_IN_FLIGHT_MAX);
	__type(key, struct ns_goroutine);
	__type(value, struct ns_grpc_server_in_flight);
} grpc_server_in_flight SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NS_GRPC_IN_FLIGHT_MAX);
	__type(key, struct ns_object);
	__type(value, struct ns_grpc_client_in_flight);
} grpc_client_in_flight SEC(".maps");

/// The contexts of server requests in flight, by the data pointer of the context.Context that the handler is given.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NS_HTTP_IN_FLIGHT_MAX + NS_GRPC_IN_FLIGHT_MAX);
	__type(key, struct ns_object);
	__type(value, struct ns_owner);
} contexts SEC(".maps");

/// Requests on their way out in processes that may be written to.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NS_HTTP_CLIENT_IN_FLIGHT_MAX + NS_GRPC_IN_FLIGHT_MAX);
	__type(key, struct ns_object);
	__type(value, struct ns_outgoing);
} outgoing SEC(".maps");
