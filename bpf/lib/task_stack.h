// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Keeping a program on the stack of the task that hit its probe.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/// Always empty.
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} no_programs SEC(".maps");

/// From Linux 6.13 on, programs with a deep stack get one of their own per CPU. Programs on uprobes can be preempted by
/// another task that hits the same probe on that CPU and would then share it. The kernel gives none to a program with a
/// tail call (kernel/bpf/verifier.c: check_max_stack_depth), so every program on a uprobe has this one, on a path that
/// is hardly ever taken, and it leads nowhere.
static __always_inline void ns_stay_on_task_stack(void *ctx)
{
	bpf_tail_call(ctx, &no_programs, 0);
}
