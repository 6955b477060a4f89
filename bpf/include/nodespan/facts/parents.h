// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Where a Go program has what tells whose child a span is.
#pragma once

#include <linux/types.h>

#include "nodespan/facts/offset.h"

/// Where a type that implements context.Context holds the context that it was derived from: in the map `context_types`,
/// by executable and by `abi.Type.Hash` (internal/abi/type.go), which an `abi.ITab` holds, too.
struct ns_context_type_key {
	/// Slot in the map `binaries`.
	__u32 binary;
	__u32 hash;
};

struct ns_context_type {
	/// The interface value of the parent, or with `behind` a pointer to the struct that holds it.
	ns_offset parent;
	/// The interface value in the struct that is pointed to. NS_ABSENT where there is none.
	ns_offset behind;
};

/// How many context types one executable can have, and all together.
#define NS_CONTEXT_TYPES_MAX 128
#define NS_ALL_CONTEXT_TYPES_MAX 8192

/// What tells the goroutine that started another one, and whether it did so while it served its current request: goids
/// are given out in order, in batches that each processor (runtime.p) takes from runtime.sched.goidgen, the last number
/// taken (runtime/proc.go: newproc1).
struct ns_goroutine_facts {
	/// runtime.g.parentGoid (Go 1.21).
	ns_offset parent_goid;
	/// runtime.g.m, runtime.m.p
	ns_offset m;
	ns_offset p;
	/// runtime.p.goidcache, which goidcacheend follows: the numbers that are left of the processor's batch.
	ns_offset goid_cache;
	/// Bytes from the start of the program's code, as mm_struct.start_code has it, to runtime.sched.goidgen;
	/// NS_NO_COUNTER where that isn't known.
	__u32 goid_counter;
};
#define NS_NO_COUNTER 0xffffffff
