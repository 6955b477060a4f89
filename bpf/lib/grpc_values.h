// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What both sides of a gRPC call read from the traced program's memory: addresses and statuses.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "go_values.h"
#include "nodespan/binary.h"
#include "nodespan/grpc.h"
#include "parents.h"
#include "texts.h"

/// abi.Type.Hash (internal/abi/type.go; runtime._type up to Go 1.20)
#define NS_TYPE_HASH 16

/// The hash of the type of an interface value that has methods; 0 when it can't be read.
static __always_inline __u32 ns_hash_of_itab(__u64 itab)
{
	__u32 hash = 0;

	bpf_probe_read_user(&hash, sizeof(hash), (const void *)(itab + NS_ITAB_HASH));
	return hash;
}

/// The hash of the type of an `any`; 0 when it can't be read.
static __always_inline __u32 ns_hash_of_type(__u64 type)
{
	__u32 hash = 0;

	bpf_probe_read_user(&hash, sizeof(hash), (const void *)(type + NS_TYPE_HASH));
	return hash;
}

/// Reads a net.Addr that is a *net.TCPAddr. Returns 0 when it is one.
static __always_inline int ns_read_net_addr(const struct ns_net_facts *net, struct ns_go_interface address,
                                            struct ns_ip_address *to)
{
	struct ns_go_string ip;
	__u64 port;

	if (!address.data || net->tcp_ip == NS_ABSENT || net->tcp_port == NS_ABSENT ||
	    ns_hash_of_itab(address.itab) != net->tcp_addr)
		return -1;
	if (ns_read_string(address.data + net->tcp_ip, &ip) || ns_read_u64(address.data + net->tcp_port, &port))
		return -1;
	if (ip.len != 4 && ip.len != 16)
		return -1;
	if (ip.len == 4 ? bpf_probe_read_user(to->bytes, 4, (const void *)ip.data)
	                : bpf_probe_read_user(to->bytes, 16, (const void *)ip.data))
		return -1;
	to->len = ip.len;
	to->port = port;
	return 0;
}

/// Reads the code of a *status.Status; nil, and one without a message, mean OK (internal/status/status.go, Code).
/// Returns 0 when it is known.
static __always_inline int ns_read_grpc_status(ns_offset proto, ns_offset code, __u64 status, __u32 *value)
{
	__u64 message;

	*value = 0;
	if (!status)
		return 0;
	if (ns_read_u64(status + proto, &message))
		return -1;
	if (!message)
		return 0;
	return bpf_probe_read_user(value, sizeof(*value), (const void *)(message + code));
}

/// The texts of a call in flight.
static __always_inline struct ns_texts ns_grpc_texts(struct ns_grpc_span *record, __u64 *text_used)
{
	return (struct ns_texts){record->text, NS_GRPC_TEXT_MAX, text_used, record->text_len, &record->truncated};
}

/// Appends a text, at most `max` bytes of it.
static __always_inline void ns_append_grpc_text(struct ns_grpc_span *record, __u64 *text_used, enum ns_grpc_text text,
                                                struct ns_go_string value, __u64 max)
{
	ns_append_text(ns_grpc_texts(record, text_used), text, value, max);
}
