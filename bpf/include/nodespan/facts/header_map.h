// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Where a Go map of headers has its entries.
#pragma once

#include <linux/types.h>

#include "nodespan/facts/offset.h"

/// Which of Go's two map implementations a binary uses (runtime/map.go up to Go 1.23, internal/runtime/maps from 1.24).
enum ns_map_kind {
	NS_MAP_ABSENT = 0,
	NS_MAP_CLASSIC = 1,
	NS_MAP_SWISS = 2,
};

/// The layout of `map[string][]string`, the type of http.Header. A group is a bucket of a classic map or a group of a
/// swiss one: eight control bytes, then eight keys and elements.
struct ns_header_map {
	/// `enum ns_map_kind`.
	__u16 kind;
	/// Size of a group, and where its keys and elements are: slot i has its key at keys + i * key_stride.
	__u16 group_size;
	ns_offset keys;
	__u16 key_stride;
	ns_offset elems;
	__u16 elem_stride;
	/// Entries in the map: runtime.hmap.count or maps.Map.used.
	ns_offset count;
	/// runtime.hmap.{flags,B,buckets,oldbuckets}; the overflow pointer in a bucket.
	ns_offset flags;
	ns_offset log2_buckets;
	ns_offset buckets;
	ns_offset old_buckets;
	ns_offset overflow;
	/// maps.Map.{dirPtr,dirLen}, maps.table.{index,groups.data,groups.lengthMask}.
	ns_offset directory;
	ns_offset directory_len;
	ns_offset table_index;
	ns_offset table_groups;
	ns_offset table_length_mask;
};

/// Longest group that is copied, bytes.
#define NS_MAP_GROUP_MAX 384
