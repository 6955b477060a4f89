#pragma once
#include <errno.h>
#include <linux/bpf.h>
#include <linux/membarrier.h>
#include <linux/perf_event.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

/// `union bpf_attr` of BPF_LINK_CREATE for BPF_TRACE_UPROBE_MULTI (Linux 6.6, include/uapi/linux/bpf.h), which libbpf
/// knows from release 1.3 on.
struct uprobe_multi_link_attributes {
	__u32 program;
	__u32 target;
	__u32 attach_type;
	__u32 link_flags;
	__u64 path;
	__u64 offsets;
	__u64 reference_counter_offsets;
	__u64 cookies;
	__u32 count;
	__u32 flags;
	__u32 pid;
	__u32 padding;
};

/// BPF_TRACE_UPROBE_MULTI of `enum bpf_attach_type`.
#define UPROBE_MULTI_ATTACH_TYPE 48

/// A descriptor of the new link, or -1 with errno set.
static inline int uprobe_multi_link_create(struct uprobe_multi_link_attributes *attributes)
{
	return (int)syscall(SYS_bpf, BPF_LINK_CREATE, attributes, sizeof(*attributes));
}

/// Where uprobes are, as `struct bpf_link_info` tells it from Linux 6.6 on (include/uapi/linux/bpf.h); older headers lack
/// those parts of it. BPF_LINK_TYPE_PERF_EVENT is 7, BPF_LINK_TYPE_UPROBE_MULTI 12.
struct uprobe_link_information {
	__u32 type;
	__u32 id;
	__u32 program;
	__u32 padding;
	union {
		struct {
			__u64 path;
			__u64 arrays[3];
			__u32 path_size;
			__u32 count;
			__u64 rest;
		} multi;
		struct {
			/// BPF_PERF_EVENT_UPROBE is 1, BPF_PERF_EVENT_URETPROBE 2.
			__u32 kind;
			__u32 padding;
			__u64 path;
			__u32 path_size;
			__u32 rest[7];
		} perf;
	};
};

/// How many uprobes a link has, and the path of the file they are in; 0 for a link of another kind, -1 with errno set.
static inline int uprobes_of_link(int link, char *_Nonnull path, __u32 path_size)
{
	struct uprobe_link_information information = {0};
	__u32 size = sizeof(information);

	path[0] = 0;
	if (bpf_obj_get_info_by_fd(link, (struct bpf_link_info *)&information, &size))
		return -1;
	__u32 type = information.type;
	if (type != BPF_LINK_TYPE_PERF_EVENT && type != 12)
		return 0;
	information = (struct uprobe_link_information){0};
	if (type == BPF_LINK_TYPE_PERF_EVENT) {
		information.perf.path = (__u64)(unsigned long)path;
		information.perf.path_size = path_size;
	} else {
		information.multi.path = (__u64)(unsigned long)path;
		information.multi.path_size = path_size;
	}
	size = sizeof(information);
	if (bpf_obj_get_info_by_fd(link, (struct bpf_link_info *)&information, &size))
		return -1;
	if (type == BPF_LINK_TYPE_PERF_EVENT)
		return information.perf.kind == 1 || information.perf.kind == 2;
	return (int)information.multi.count;
}

/// Opens a perf event of type `type`, that of the uprobe PMU, on a file offset: it has the breakpoint put into every
/// process that maps the file (a system-wide event sits on one CPU, yet its BPF programs run on all:
/// kernel/trace/trace_uprobe.c, __uprobe_perf_func). Returns a descriptor, or -1 with errno set.
static inline int perf_event_open_uprobe(__u32 type, const char *_Nonnull path, __u64 offset)
{
	struct perf_event_attr attributes = {
	    .type = type,
	    .size = sizeof(attributes),
	    .uprobe_path = (__u64)(unsigned long)path,
	    .probe_offset = offset,
	};

	return (int)syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

/// Returns 0, or -1 with errno set.
static inline int membarrier_global(void)
{
	return (int)syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

/// A printed message as text that the caller frees; null when out of memory.
static inline char *_Nullable formatted_text(const char *_Nonnull format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	char *text = length < 0 ? NULL : (char *)malloc((size_t)length + 1);
	if (text)
		vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

/// A position of a ring buffer, which others move on.
static inline __u64 load_position(const void *_Nonnull position)
{
	return __atomic_load_n((const unsigned long *)position, __ATOMIC_ACQUIRE);
}

/// The reader's own.
static inline void store_position(void *_Nonnull position, __u64 value)
{
	__atomic_store_n((unsigned long *)position, value, __ATOMIC_RELEASE);
}

/// The first word of a record, which its writer changes last.
static inline __u32 load_word(const void *_Nonnull word)
{
	return __atomic_load_n((const __u32 *)word, __ATOMIC_ACQUIRE);
}

/// Sends a held signal back, so that it is pending for the process: called only in a thread that unblocked it, where it
/// is blocked meanwhile. Where it first came from goes with it.
static inline void resend_held_signal(int number, siginfo_t *_Nonnull information, void *_Nullable context)
{
	int saved = errno;
	int was_resent = information->si_code == SI_QUEUE && information->si_pid == getpid();
	union sigval origin;

	(void)context;
	origin.sival_int = was_resent ? information->si_value.sival_int : information->si_code;
	sigqueue(getpid(), number, origin);
	errno = saved;
}

/// Has a signal sent back by `resend_held_signal`. Returns 0, or -1 with errno set.
static inline int handle_held_signal(int number)
{
	struct sigaction action = {.sa_sigaction = resend_held_signal, .sa_flags = SA_RESTART | SA_SIGINFO};

	return sigaction(number, &action, NULL);
}

/// `si_code` of a signal as it was first sent.
static inline int origin_of_signal(const struct signalfd_siginfo *_Nonnull information)
{
	int was_resent = information->ssi_code == SI_QUEUE && (pid_t)information->ssi_pid == getpid();

	return was_resent ? information->ssi_int : information->ssi_code;
}

/// Names the calling thread, as `ps -L` shows it: at most 15 bytes of `name`.
static inline void name_this_thread(const char *_Nonnull name)
{
	prctl(PR_SET_NAME, name);
}

/// Bounds what the C library keeps of memory that was freed: it has few arenas, whatever the number of CPUs, and gives large
/// blocks back at once. Call it before there are threads.
static inline void bound_heap(int arenas, int block_size)
{
	mallopt(M_ARENA_MAX, arenas);
	mallopt(M_MMAP_THRESHOLD, block_size);
	mallopt(M_TRIM_THRESHOLD, block_size);
}

/// Gives what was freed back to the system.
static inline void trim_heap(void)
{
	malloc_trim(0);
}
