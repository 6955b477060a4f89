// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What all traced processes share, of which each may have a part.
#pragma once

/// Spans in flight are kept in one map a kind.
enum ns_in_flight_kind {
	NS_IN_FLIGHT_HTTP_SERVER = 0,
	NS_IN_FLIGHT_HTTP_CLIENT = 1,
	NS_IN_FLIGHT_GRPC_SERVER = 2,
	NS_IN_FLIGHT_GRPC_CLIENT = 3,
	NS_IN_FLIGHT_KIND_COUNT = 4,
};

/// Entries of these maps.
#define NS_HTTP_IN_FLIGHT_MAX 4096
#define NS_HTTP_CLIENT_IN_FLIGHT_MAX 2048
#define NS_GRPC_IN_FLIGHT_MAX 2048

/// Of the ring of finished spans.
#define NS_SPAN_RING_BYTES (8 << 20)
