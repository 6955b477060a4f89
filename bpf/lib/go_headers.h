// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Finds the headers of interest in a Go map[string][]string, an `http.Header` or gRPC's `metadata.MD`, whose keys are
// in lower case, by walking the map itself: all groups of a swiss map (internal/runtime/maps, Go 1.24), or all buckets
// and their overflow chains of a classic one (runtime/map.go), the not yet evacuated old buckets of a growing one
// included. Hashing the key instead would need the program's seed and its AES rounds.
#pragma once

#include "go_values.h"
#include "nodespan/facts/header_map.h"

/// The most groups walked. The walk costs a fraction of what the server itself spent on parsing that many headers.
#define NS_HEADER_GROUPS_MAX 1024
#define NS_GROUP_SLOTS 8
#define NS_MAP_HEADER_READ 40
/// runtime/map.go: lowest tophash of a filled slot; lower values mark empty and evacuated ones.
#define NS_CLASSIC_MIN_TOPHASH 5
/// runtime/map.go: the map grows to the same number of buckets.
#define NS_CLASSIC_SAME_SIZE_GROW 8
/// internal/runtime/maps/group.go: set in the control byte of an empty or deleted slot.
#define NS_SWISS_NOT_FULL 0x80

struct ns_headers {
	/// Slices of strings: the lines of each header.
	struct ns_go_string traceparent;
	struct ns_go_string tracestate;
	struct ns_go_string user_agent;
	/// Only gRPC has it among the others.
	struct ns_go_string authority;
};

/// State of a walk. It belongs in a map's value and not on the stack: the verifier doesn't follow values there, so that
/// the branches of one step don't multiply with those of the next.
struct ns_header_walk {
	struct ns_headers found;
	/// 1 when part of the map could not be read.
	__u64 is_cut;
	/// Entries not seen yet.
	__u64 left;
	/// The overflow bucket to visit next; 0 for the next one in the array.
	__u64 overflow;
	/// The array of groups being walked.
	__u64 groups;
	__u64 groups_len;
	__u64 index;
	/// Swiss: the directory of tables; classic: the old buckets, still to be walked when the new ones are done.
	__u64 next;
	__u64 next_len;
	__u64 next_index;
	/// A copy of the group at hand.
	char group[NS_MAP_GROUP_MAX];
};

struct ns_header_step {
	const struct ns_header_map *layout;
	struct ns_header_walk *walk;
};

/// A header's name in two words: its first eight bytes, and up to four more. Compared in lower case, since a client may
/// set headers by names that are not canonical.
struct ns_header_name {
	__u64 head;
	__u32 tail;
};

/// The bit that makes a letter lower case; a hyphen and a colon have it.
#define NS_LOWER_CASE 0x2020202020202020ULL

#define NS_NAME_HEAD(a, b, c, d, e, f, g, h)                                                                           \
	((__u64)(a) | (__u64)(b) << 8 | (__u64)(c) << 16 | (__u64)(d) << 24 | (__u64)(e) << 32 | (__u64)(f) << 40 |    \
	 (__u64)(g) << 48 | (__u64)(h) << 56)
#define NS_NAME_TAIL(a, b, c) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16)

/// The headers of interest.
enum ns_known_header {
	NS_HEADER_OTHER = 0,
	NS_HEADER_TRACEPARENT = 1,
	NS_HEADER_TRACESTATE = 2,
	NS_HEADER_USER_AGENT = 3,
	NS_HEADER_AUTHORITY = 4,
	NS_HEADER_UNREADABLE = 5,
};

/// Which header a name is.
static __always_inline enum ns_known_header ns_known_header(struct ns_go_string text)
{
	struct ns_header_name name = {};
	__u64 len = text.len;

	if (len != 10 && len != 11)
		return NS_HEADER_OTHER;
	barrier_var(len);
	if (bpf_probe_read_user(&name, len & 15, (const void *)text.data))
		return NS_HEADER_UNREADABLE;
	name.head |= NS_LOWER_CASE;
	name.tail |= (__u32)NS_LOWER_CASE & (len == 11 ? 0xffffff : 0xffff);
	if (name.head == NS_NAME_HEAD('t', 'r', 'a', 'c', 'e', 'p', 'a', 'r') &&
	    name.tail == NS_NAME_TAIL('e', 'n', 't'))
		return NS_HEADER_TRACEPARENT;
	if (name.head == NS_NAME_HEAD('t', 'r', 'a', 'c', 'e', 's', 't', 'a') && name.tail == NS_NAME_TAIL('t', 'e', 0))
		return NS_HEADER_TRACESTATE;
	if (name.head == NS_NAME_HEAD('u', 's', 'e', 'r', '-', 'a', 'g', 'e') && name.tail == NS_NAME_TAIL('n', 't', 0))
		return NS_HEADER_USER_AGENT;
	if (name.head == NS_NAME_HEAD(':', 'a', 'u', 't', 'h', 'o', 'r', 'i') && name.tail == NS_NAME_TAIL('t', 'y', 0))
		return NS_HEADER_AUTHORITY;
	return NS_HEADER_OTHER;
}

/// Looks at one slot of the group at hand.
static __always_inline void ns_visit_slot(const struct ns_header_map *layout, struct ns_header_walk *walk, __u32 slot)
{
	__u64 key_at = layout->keys + slot * layout->key_stride;
	__u64 elem_at = layout->elems + slot * layout->elem_stride;
	struct ns_go_string lines;

	if (key_at > NS_MAP_GROUP_MAX - 16 || elem_at > NS_MAP_GROUP_MAX - 16)
		return;
	lines.data = *(__u64 *)(walk->group + elem_at);
	lines.len = *(__u64 *)(walk->group + elem_at + 8);
	switch (ns_known_header(*(struct ns_go_string *)(walk->group + key_at))) {
	case NS_HEADER_TRACEPARENT:
		walk->found.traceparent = lines;
		break;
	case NS_HEADER_TRACESTATE:
		walk->found.tracestate = lines;
		break;
	case NS_HEADER_USER_AGENT:
		walk->found.user_agent = lines;
		break;
	case NS_HEADER_AUTHORITY:
		walk->found.authority = lines;
		break;
	case NS_HEADER_UNREADABLE:
		walk->is_cut = 1;
		break;
	default:
		break;
	}
}

/// Moves on to the next array of groups. Returns 0 when there is one, 1 at the end of the map, -1 to be called again.
static __always_inline int ns_next_groups(const struct ns_header_map *layout, struct ns_header_walk *walk)
{
	__u64 table, mask, at = walk->next_index;
	__u16 first = 0;

	if (at >= walk->next_len)
		return 1;
	walk->next_index = at + 1;
	walk->index = 0;
	if (layout->kind == NS_MAP_CLASSIC) {
		walk->groups = walk->next;
		walk->groups_len = walk->next_len;
		walk->next_index = walk->next_len;
		return 0;
	}
	if (ns_read_u64(walk->next + at * 8, &table))
		goto unreadable;
	// A table that serves several directory entries is walked at the first of them only.
	if (bpf_probe_read_user(&first, sizeof(first), (const void *)(table + layout->table_index)))
		goto unreadable;
	if (first != at) {
		walk->groups_len = 0;
		return -1;
	}
	if (ns_read_u64(table + layout->table_groups, &walk->groups) ||
	    ns_read_u64(table + layout->table_length_mask, &mask))
		goto unreadable;
	walk->groups_len = mask + 1;
	return 0;
unreadable:
	walk->is_cut = 1;
	return 1;
}

/// Copies a group of which the program has not touched every page yet: Go leaves fresh memory to the kernel, which has
/// none behind it, and a probe can't make it. What can't be read is zeros, so empty.
static __always_inline void ns_read_group_in_parts(const struct ns_header_map *layout, struct ns_header_walk *walk,
                                                   __u64 address)
{
	// The helper clears what it can't read.
	if (bpf_probe_read_user(walk->group, NS_GROUP_SLOTS, (const void *)address))
		*(__u64 *)walk->group = layout->kind == NS_MAP_CLASSIC ? 0 : 0x8080808080808080ULL;
	for (__u32 slot = 0; slot < NS_GROUP_SLOTS; slot++) {
		__u64 key_at = layout->keys + slot * layout->key_stride;
		__u64 elem_at = layout->elems + slot * layout->elem_stride;

		if (key_at > NS_MAP_GROUP_MAX - 16 || elem_at > NS_MAP_GROUP_MAX - 16)
			return;
		bpf_probe_read_user(walk->group + key_at, 16, (const void *)(address + key_at));
		bpf_probe_read_user(walk->group + elem_at, 16, (const void *)(address + elem_at));
	}
	if (layout->kind == NS_MAP_CLASSIC && layout->overflow <= NS_MAP_GROUP_MAX - 8)
		bpf_probe_read_user(walk->group + layout->overflow, 8, (const void *)(address + layout->overflow));
}

/// bpf_loop callback: one group, or one step towards it. Returns 1 at the end of the map.
static long ns_visit_group(__u32 iteration, struct ns_header_step *step)
{
	const struct ns_header_map *layout = step->layout;
	struct ns_header_walk *walk = step->walk;
	__u64 address, size = layout->group_size;

	(void)iteration;
	if (walk->overflow) {
		address = walk->overflow;
		walk->overflow = 0;
	} else {
		if (walk->index >= walk->groups_len) {
			int moved = ns_next_groups(layout, walk);

			if (moved)
				return moved > 0;
		}
		address = walk->groups + walk->index * size;
		walk->index++;
	}
	if (size > NS_MAP_GROUP_MAX)
		return 1;
	if (bpf_probe_read_user(walk->group, size, (const void *)address))
		ns_read_group_in_parts(layout, walk, address);
	for (__u32 slot = 0; slot < NS_GROUP_SLOTS; slot++) {
		__u8 control = walk->group[slot];

		if (layout->kind == NS_MAP_CLASSIC ? control < NS_CLASSIC_MIN_TOPHASH : control & NS_SWISS_NOT_FULL)
			continue;
		ns_visit_slot(layout, walk, slot);
		walk->left--;
		if (!walk->left)
			return 1;
	}
	if (layout->kind == NS_MAP_CLASSIC)
		walk->overflow = ns_word_in(walk->group, NS_MAP_GROUP_MAX, layout->overflow);
	return 0;
}

/// Finds the headers in the map at `map`, into `walk->found`; `walk` starts zeroed. Returns 1 when the walk ended
/// before the map did.
static __always_inline int ns_find_headers(const struct ns_header_map *layout, __u64 map, struct ns_header_walk *walk)
{
	struct ns_header_step step = {.layout = layout, .walk = walk};
	char *header = walk->group;

	if (!map)
		return 0;
	if (!ns_read_object(header, NS_MAP_HEADER_READ, NS_MAP_HEADER_READ, map))
		return 1;
	walk->left = ns_word_in(header, NS_MAP_HEADER_READ, layout->count);
	if (!walk->left)
		return 0;
	if (layout->kind == NS_MAP_SWISS) {
		walk->next = ns_word_in(header, NS_MAP_HEADER_READ, layout->directory);
		walk->next_len = ns_word_in(header, NS_MAP_HEADER_READ, layout->directory_len);
		if (!walk->next_len) {
			// No directory: the pointer is that of a single group.
			walk->groups = walk->next;
			walk->groups_len = 1;
		}
	} else if (layout->kind == NS_MAP_CLASSIC) {
		__u8 log2_buckets = ns_word_in(header, NS_MAP_HEADER_READ, layout->log2_buckets);
		__u8 flags = ns_word_in(header, NS_MAP_HEADER_READ, layout->flags);

		walk->groups = ns_word_in(header, NS_MAP_HEADER_READ, layout->buckets);
		walk->groups_len = 1ULL << (log2_buckets & 31);
		walk->next = ns_word_in(header, NS_MAP_HEADER_READ, layout->old_buckets);
		if (walk->next)
			walk->next_len = flags & NS_CLASSIC_SAME_SIZE_GROW ? walk->groups_len : walk->groups_len / 2;
	} else {
		return 0;
	}
	if (bpf_loop(NS_HEADER_GROUPS_MAX, ns_visit_group, &step, 0) == NS_HEADER_GROUPS_MAX && walk->left)
		walk->is_cut = 1;
	return walk->is_cut;
}

/// The first line of a header, empty without one.
static __always_inline struct ns_go_string ns_first_line(struct ns_go_string lines)
{
	struct ns_go_string line = {};

	if (!lines.len || ns_read_string(lines.data, &line))
		line.len = 0;
	return line;
}
