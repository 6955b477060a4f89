// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// HTTP server requests between their begin and their end.
#pragma once

#include "maps.h"
#include "nodespan/http.h"

#define NS_HTTP_IN_FLIGHT_MAX 8192

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NS_HTTP_IN_FLIGHT_MAX);
	__type(key, struct ns_goroutine);
	__type(value, struct ns_http_in_flight);
} http_in_flight SEC(".maps");
