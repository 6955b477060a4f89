// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Reading Go values from the traced program's memory. All of it is hostile: every result checked, every length bounded.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/// A Go string, or the part of a slice that matters: {pointer, length}.
struct ns_go_string {
	__u64 data;
	__u64 len;
};

static __always_inline int ns_read_u64(__u64 address, __u64 *value)
{
	return bpf_probe_read_user(value, sizeof(*value), (const void *)address);
}

static __always_inline int ns_read_string(__u64 address, struct ns_go_string *value)
{
	return bpf_probe_read_user(value, sizeof(*value), (const void *)address);
}

/// The smallest page of any kernel. Larger ones begin and end where some of these do.
#define NS_PAGE 4096

/// Copies the first `len` bytes, at most `max`, of an object. Returns how many could be read; the others are zeros. Go
/// leaves fresh memory to the kernel, which puts no page behind it until the program writes there, and a probe can't
/// make it: an object that ends on such a page has zeros there, too.
static __always_inline __u64 ns_read_object(char *copy, __u64 len, __u64 max, __u64 address)
{
	__u64 here = NS_PAGE - (address & (NS_PAGE - 1));

	if (len > max)
		return 0;
	// The helper clears the copy when it fails.
	if (!bpf_probe_read_user(copy, len, (const void *)address))
		return len;
	if (here >= len)
		return 0;
	// The compiler knows that it is below max, verifiers up to Linux 6.7 don't.
	barrier_var(here);
	if (here > max || bpf_probe_read_user(copy, here, (const void *)address))
		return 0;
	return here;
}

/// The word at byte `at` of a block of `size` bytes already copied; 0 when the field is absent or outside of it.
static __always_inline __u64 ns_word_in(const char *block, __u32 size, __u64 at)
{
	barrier_var(at);
	if (at > size - sizeof(__u64))
		return 0;
	return *(const __u64 *)(block + at);
}

static __always_inline struct ns_go_string ns_string_in(const char *block, __u32 size, __u64 at)
{
	struct ns_go_string value = {};

	barrier_var(at);
	if (at > size - sizeof(value))
		return value;
	value.data = *(const __u64 *)(block + at);
	value.len = *(const __u64 *)(block + at + 8);
	return value;
}
