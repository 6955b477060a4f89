// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The life of processes: who runs now and what, which traced image ended, which programs begin.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "count.h"
#include "files.h"
#include "in_flight.h"
#include "maps.h"
#include "process_event.h"
#include "task.h"

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct seq_file;
struct bpf_map;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
};

#pragma clang attribute pop

/// Writes one `struct ns_process_image` per process, in no order; a kernel thread is a process, too.
SEC("iter/task")
int list_processes(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	// One whose threads have all ended waits for its parent only, and no end of it is reported any more.
	if (!task || task->pid != task->tgid || !task->signal->live.counter)
		return 0;
	struct ns_process_image image = ns_process_image_of(task);
	bpf_seq_write(context->meta->seq, &image, sizeof(image));
	return 0;
}

/// Writes a `struct ns_mapped_file` for the mapping in which the code of a process's program begins. To a process that
/// asks about itself, it shows all files that it has mapped.
SEC("iter/task_vma")
int show_mapped_files(struct bpf_iter__task_vma *context)
{
	struct task_struct *task = context->task;
	struct vm_area_struct *area = context->vma;
	const struct task_struct *reader = (const struct task_struct *)bpf_get_current_task_btf();

	if (!task || !area || !area->vm_file)
		return 0;
	if (task->tgid != reader->tgid) {
		unsigned long code = task->mm->start_code;
		if (code < area->vm_start || code >= area->vm_end)
			return 0;
	}
	struct ns_mapped_file file = ns_mapped_file_of(area);
	bpf_seq_write(context->meta->seq, &file, sizeof(file));
	return 0;
}

static __always_inline int is_of(const struct ns_process_image *process, const struct ns_process_image *ended)
{
	return process->tgid == ended->tgid && process->exec_id == ended->exec_id &&
	       process->start_boottime_ns == ended->start_boottime_ns;
}

/// Called for each span in flight: drops it if it is one of the process that ended. A request of another thread that
/// still runs its end probe either finds it first, and then the deletion here fails, or finds nothing.
static long drop_span(struct bpf_map *map, const struct ns_object *key, struct ns_span *span,
                      struct ns_process_image *ended)
{
	struct ns_object owned = *key;
	struct ns_span dropped = {.kind = span->kind, .flags = span->flags, .counters_slot = span->counters_slot};

	if (is_of(&owned.process, ended) && bpf_map_delete_elem(map, &owned) == 0)
		ns_count_dropped(&dropped, NS_LOSS_PROCESS_ENDED);
	return 0;
}

/// Called for each entry that only refers to a span.
static long drop_reference(struct bpf_map *map, const struct ns_object *key, void *value,
                           struct ns_process_image *ended)
{
	struct ns_object owned = *key;

	(void)value;
	if (is_of(&owned.process, ended))
		bpf_map_delete_elem(map, &owned);
	return 0;
}

/// Forgets an image, if it was traced.
static __always_inline void end_image(struct ns_process_image image, enum ns_process_event_kind kind)
{
	struct ns_process_settings *settings = bpf_map_lookup_elem(&processes, &image);
	if (!settings)
		return;
	__u32 counters_slot = settings->counters_slot;
	// First, since user space closes the books of a process whose settings are gone. None of it runs any more.
	bpf_for_each_map_elem(&http_in_flight, drop_span, &image, 0);
	bpf_for_each_map_elem(&http_client_in_flight, drop_span, &image, 0);
	bpf_for_each_map_elem(&grpc_server_in_flight, drop_span, &image, 0);
	bpf_for_each_map_elem(&grpc_client_in_flight, drop_span, &image, 0);
	bpf_for_each_map_elem(&contexts, drop_reference, &image, 0);
	bpf_for_each_map_elem(&outgoing, drop_reference, &image, 0);
	if (bpf_map_delete_elem(&processes, &image) == 0)
		ns_report_process(image, counters_slot, kind);
}

/// Whether a program is one that user space wants to hear of: most are not, and cost no wake-up.
static __always_inline int is_wanted(const struct linux_binprm *program)
{
	const struct dentry *entry = program->file->f_path.dentry;
	__u64 name[NS_EXEC_NAME_WORDS] = {};
	struct ns_exec_filter *filter;
	__u32 only = 0;

	filter = bpf_map_lookup_elem(&exec_filter, &only);
	if (!filter || !filter->count)
		return 0;
	// What its path was says nothing: a memfd's name may hold slashes.
	if (!entry->d_inode->i_nlink)
		return 1;
	bpf_probe_read_kernel_str(name, sizeof(name), entry->d_name.name);
	for (__u32 i = 0; i < NS_EXEC_NAMES_MAX && i < filter->count; i++) {
		const struct ns_exec_name *wanted = &filter->names[i];
		if ((name[0] & wanted->mask[0]) == wanted->text[0] && (name[1] & wanted->mask[1]) == wanted->text[1])
			return 1;
	}
	return 0;
}

/// Makes the image of `trace -- CMD` a traced one before its first instruction.
static __always_inline void launch_image(struct task_struct *task, struct ns_process_image image)
{
	__u32 only = 0;
	struct ns_launch *awaited = bpf_map_lookup_elem(&launch, &only);
	if (!awaited || !awaited->parent_tgid)
		return;
	__u32 parent = (__u32)task->real_parent->tgid;
	if (awaited->parent_tgid == parent && awaited->execs_before) {
		awaited->execs_before--;
		return;
	}
	if (__sync_val_compare_and_swap(&awaited->parent_tgid, parent, 0) != parent)
		return;
	struct ns_process_settings settings = awaited->settings;
	if (bpf_map_update_elem(&processes, &image, &settings, BPF_ANY) == 0)
		ns_report_process(image, settings.counters_slot, NS_PROCESS_LAUNCHED);
}

/// The kernel has counted the exec up by now, and the thread that calls exec is the leader.
SEC("tp_btf/sched_process_exec")
int on_exec(__u64 *arguments)
{
	struct task_struct *task = (struct task_struct *)arguments[0];
	struct ns_process_image image = ns_process_image_of(task);
	struct ns_process_image old = image;
	old.exec_id -= 1;
	end_image(old, NS_PROCESS_REPLACED);
	launch_image(task, image);
	if (is_wanted((const struct linux_binprm *)arguments[2]))
		ns_report_process(image, 0, NS_PROCESS_EXECUTED);
	return 0;
}

/// Runs for every thread; the last one ends the process. An exec that fails behind its point of no return has been
/// counted but never traced, so the image that ends may be the one before.
SEC("tp_btf/sched_process_exit")
int on_exit(__u64 *arguments)
{
	struct task_struct *task = (struct task_struct *)arguments[0];
	if (task->signal->live.counter)
		return 0;
	struct ns_process_image image = ns_process_image_of(task);
	end_image(image, NS_PROCESS_EXITED);
	image.exec_id -= 1;
	end_image(image, NS_PROCESS_EXITED);
	return 0;
}

/// Does nothing: attached to the sites that an earlier, killed run left armed, and detached again, it has the kernel
/// restore them.
SEC("uprobe")
int heal(void *context)
{
	(void)context;
	return 0;
}
