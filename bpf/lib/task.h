// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The kernel's tasks, as far as the programs read them: partial structs that libbpf relocates to the running kernel.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "nodespan/process.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	/// Threads of the group that have not begun to exit (do_exit counts down before it traces sched_process_exit).
	atomic_t live;
};

struct mm_struct {
	/// Where the code of the program itself begins, not that of its interpreter or libraries (fs/binfmt_elf.c).
	unsigned long start_code;
};

struct task_struct {
	int pid;
	int tgid;
	struct mm_struct *mm;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct signal_struct *signal;
	__u64 start_boottime;
	/// Execs of this task (begin_new_exec counts up before it traces sched_process_exec). 32 bits up to Linux 5.6.
	__u64 self_exec_id;
};

#pragma clang attribute pop

/// The image that a task belongs to.
static __always_inline struct ns_process_image ns_process_image_of(const struct task_struct *task)
{
	const struct task_struct *leader = task->group_leader;
	return (struct ns_process_image){
	    .tgid = (__u32)task->tgid,
	    .exec_id = (__u32)leader->self_exec_id,
	    .start_boottime_ns = leader->start_boottime,
	};
}

/// The image that runs on this CPU now.
static __always_inline struct ns_process_image ns_current_process_image(void)
{
	return ns_process_image_of((const struct task_struct *)bpf_get_current_task_btf());
}
