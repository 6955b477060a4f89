// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What a Go error is: by the hash of its concrete type, which its itab holds.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "go_values.h"
#include "nodespan/binary.h"
#include "parents.h"

/// Errors that are made from others are looked into so far.
#define NS_ERROR_DEPTH 4

struct ns_error_search {
	const struct ns_binary_facts *facts;
	__u32 hash;
	/// Of the type found; NS_ERROR_NONE if it isn't listed.
	__u16 kind;
	ns_offset inner;
};

/// bpf_loop callback: one type. Returns 1 when it is the one.
static long ns_compare_error(__u32 index, struct ns_error_search *search)
{
	const struct ns_error_type *type;

	if (index >= NS_ERROR_TYPES_MAX)
		return 1;
	type = &search->facts->error_types[index];
	if (type->hash != search->hash)
		return 0;
	search->kind = type->kind;
	search->inner = type->inner;
	return 1;
}

/// The kind of an error: that of the innermost one of a type that is listed. `error` becomes the one that it is told
/// by.
static __always_inline __u16 ns_error_kind(const struct ns_binary_facts *facts, struct ns_go_interface *error)
{
	struct ns_go_interface at = *error;
	__u16 kind = NS_ERROR_OTHER;

	for (int depth = 0; depth < NS_ERROR_DEPTH; depth++) {
		struct ns_error_search search = {.facts = facts};

		if (!at.itab ||
		    bpf_probe_read_user(&search.hash, sizeof(search.hash), (const void *)(at.itab + NS_ITAB_HASH)))
			return kind;
		// What is no hash: an entry that isn't used has it.
		if (search.hash == 0xffffffff)
			return kind;
		bpf_loop(NS_ERROR_TYPES_MAX, ns_compare_error, &search, 0);
		if (search.kind == NS_ERROR_NONE)
			return kind;
		kind = search.kind;
		*error = at;
		if (search.inner == NS_ABSENT || ns_read_interface(at.data + search.inner, &at))
			return kind;
	}
	return kind;
}
