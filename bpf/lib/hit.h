// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What every program on a uprobe begins with: whose hit it is.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "go_registers.h"
#include "go_values.h"
#include "maps.h"
#include "nodespan/binary.h"
#include "nodespan/span.h"
#include "task.h"
#include "task_stack.h"

/// A probe hit: whose it is, and what is known of the program.
struct ns_hit {
	struct ns_goroutine key;
	const struct ns_binary_facts *facts;
	/// Of the attach cookie: the slot in the map `binaries`, and which of several implementations.
	__u32 binary;
	__u32 variant;
};

/// Finds whose probe hit this is. Returns 0 when there is nothing to do.
static __always_inline int ns_identify(struct pt_regs *ctx, struct ns_hit *hit)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u32 slot = cookie;

	hit->facts = bpf_map_lookup_elem(&binaries, &slot);
	if (!hit->facts || hit->facts->goid == NS_UNUSED ||
	    hit->facts->generation != cookie >> NS_COOKIE_GENERATION_SHIFT) {
		ns_stay_on_task_stack(ctx);
		return 0;
	}
	hit->binary = slot;
	hit->variant = cookie >> NS_COOKIE_VARIANT_SHIFT & NS_COOKIE_VARIANT_MASK;
	hit->key.process = ns_current_process_image();
	return 1;
}

static __always_inline int ns_read_goid(struct pt_regs *ctx, struct ns_hit *hit)
{
	return ns_read_u64(NS_GO_G(ctx) + hit->facts->goid, &hit->key.goid);
}
