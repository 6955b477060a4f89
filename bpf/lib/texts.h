// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The texts of a record: one behind the other at its end, without terminators.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "go_values.h"

/// Where the texts of a record in flight go. All of it is in one map value.
struct ns_texts {
	/// The room for all texts; `size` bytes of it.
	char *text;
	__u64 size;
	/// Bytes in use.
	__u64 *used;
	/// Length of each text.
	__u16 *len;
	/// One bit for each text that was cut or could not be read.
	__u16 *truncated;
};

/// Appends to a text from the traced program's memory, at most `max` bytes. Where the texts end is kept in the map's
/// value, not in a variable: the verifier would follow every value it can have through all that comes behind.
static __always_inline void ns_append_text(struct ns_texts texts, __u32 index, struct ns_go_string value, __u64 max)
{
	__u64 used, len = value.len;

	if (len > max) {
		len = max;
		*texts.truncated |= 1 << index;
	}
	// Loaded here and not before, and the length checked again, though it is right: verifiers up to Linux 6.7
	// forget the bounds of what had to be kept on the stack.
	used = *(volatile __u64 *)texts.used;
	if (!len || used > texts.size - 1 - max)
		return;
	barrier_var(len);
	if (len > max)
		return;
	if (bpf_probe_read_user(texts.text + used, len, (const void *)value.data)) {
		*texts.truncated |= 1 << index;
		return;
	}
	texts.len[index] += len;
	*texts.used = used + len;
}

#define NS_LINES_MAX 8

/// Appends several strings in the traced program's memory, the slice `lines`, joined with commas; at most `max` bytes.
static __always_inline void ns_append_lines(struct ns_texts texts, __u32 index, struct ns_go_string lines, __u64 max)
{
	for (__u64 i = 0; i < NS_LINES_MAX; i++) {
		__u64 used, room = max - texts.len[index];
		struct ns_go_string line;

		if (i >= lines.len)
			return;
		if (!room || ns_read_string(lines.data + i * sizeof(line), &line)) {
			*texts.truncated |= 1 << index;
			return;
		}
		used = *(volatile __u64 *)texts.used;
		if (i && used < texts.size) {
			texts.text[used] = ',';
			texts.len[index]++;
			*texts.used = used + 1;
		}
		if (line.len >= room) {
			ns_append_text(texts, index, (struct ns_go_string){line.data, room - 1}, max);
			*texts.truncated |= 1 << index;
			return;
		}
		ns_append_text(texts, index, line, max);
	}
	if (lines.len > NS_LINES_MAX)
		*texts.truncated |= 1 << index;
}
