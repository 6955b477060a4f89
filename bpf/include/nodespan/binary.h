// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What the BPF programs know of a Go executable: one `struct ns_binary_facts` per executable, in the map `binaries`,
// named by the attach cookie. Offsets come from the binary's own type metadata.
#pragma once

#include <linux/types.h>

#include "nodespan/facts/errors.h"
#include "nodespan/facts/grpc.h"
#include "nodespan/facts/header_map.h"
#include "nodespan/facts/http_client.h"
#include "nodespan/facts/http_server.h"
#include "nodespan/facts/offset.h"
#include "nodespan/facts/parents.h"
#include "nodespan/facts/propagation.h"

/// The attach cookie: the slot in the map `binaries`, which of several implementations the probe is for, and the
/// generation that the slot must have.
#define NS_COOKIE_VARIANT_SHIFT 32
#define NS_COOKIE_VARIANT_MASK 0xff
#define NS_COOKIE_GENERATION_SHIFT 40

/// All that the programs need to know of one executable.
struct ns_binary_facts {
	/// runtime.g.goid. With NS_UNUSED, the probes of this executable do nothing.
	ns_offset goid;
	/// Of those that have had the slot one after the other, the number of this one, below 2^24. A probe may outlive
	/// its executable's time there, as long as somebody lists the machine's links: its cookie has another number.
	__u32 generation;
	struct ns_goroutine_facts goroutine;
	struct ns_header_map header_map;
	/// By `enum ns_http_server`, which the attach cookie names where several have one program.
	struct ns_http_server_facts http_server[NS_HTTP_SERVER_COUNT];
	struct ns_route_facts routes[NS_ROUTER_COUNT];
	struct ns_propagation_facts propagation;
	struct ns_net_facts net;
	struct ns_grpc_server_facts grpc_server;
	struct ns_http_client_facts http_client;
	struct ns_error_type error_types[NS_ERROR_TYPES_MAX];
	struct ns_grpc_client_facts grpc_client;
};
