// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What the BPF programs know of a traced process: its identity, its settings and its counters.
#pragma once

#include <linux/types.h>

#include "nodespan/loss.h"
#include "nodespan/quota.h"

/// One process image: the program that runs in a process from one exec to the next. A pid and a start time both survive
/// exec, so the kernel's count of execs belongs to the identity.
struct ns_process_image {
	/// Thread group id in the initial pid namespace.
	__u32 tgid;
	/// `task_struct.self_exec_id` of the thread group leader, truncated to 32 bits.
	__u32 exec_id;
	/// `task_struct.start_boottime` of the thread group leader, nanoseconds since boot.
	__u64 start_boottime_ns;
};

/// What is decided of a span depends on its parent (OpenTelemetry specification, Tracing SDK, "ParentBased").
enum ns_sampling_case {
	NS_SAMPLING_ROOT = 0,
	/// The parent came with the request.
	NS_SAMPLING_REMOTE_SAMPLED = 1,
	NS_SAMPLING_REMOTE_UNSAMPLED = 2,
	/// The parent is a span of this process.
	NS_SAMPLING_LOCAL_SAMPLED = 3,
	NS_SAMPLING_LOCAL_UNSAMPLED = 4,
	NS_SAMPLING_CASE_COUNT = 5,
};

/// Bounds of sampling: a span is sampled when the low 63 bits' worth of its trace id (bytes 8 to 15, big endian,
/// shifted right by one) is below: ratio * 2^63, the decision of OpenTelemetry's TraceIdRatioBased sampler. 0 samples
/// none.
#define NS_SAMPLING_ALL (1ULL << 63)
/// All, as long as they are no more than NS_RATE_SAMPLED allows.
#define NS_SAMPLING_RATE_LIMITED (NS_SAMPLING_ALL + 1)

/// Token buckets of a process.
enum ns_rate_kind {
	/// What a sampler that limits the rate samples.
	NS_RATE_SAMPLED = 0,
	/// All spans that are sampled: what is more is lost, and counted.
	NS_RATE_SPANS = 1,
	NS_RATE_KIND_COUNT = 2,
};

struct ns_rate {
	/// Between two tokens, nanoseconds; 0 for no limit.
	__u64 interval_ns;
	/// For how long tokens gather, nanoseconds; at least interval_ns.
	__u64 burst_ns;
};

enum ns_contexts {
	NS_CONTEXTS_UNWANTED = 0,
	/// Of the requests in flight, some may not be registered yet.
	NS_CONTEXTS_WANTED = 1,
	NS_CONTEXTS_REGISTERED = 2,
};

/// How many of a program's processors are looked at, beside the one at hand.
#define NS_PROCESSORS_MAX 8
#define NS_UNASKED_MAX 1024

/// Settings of one process image, in the map `processes`. Present exactly while the process is traced.
struct ns_process_settings {
	/// By `enum ns_sampling_case`.
	__u64 sampling_bound[NS_SAMPLING_CASE_COUNT];
	/// By `enum ns_rate_kind`.
	struct ns_rate rates[NS_RATE_KIND_COUNT];
	/// Slot of this process's counters in the map `counters`.
	__u32 counters_slot;
	/// 1 while its memory may be written to, for the headers of its requests. BPF clears it after a write that did
	/// not show up as it was meant.
	__u32 writes;
	/// How many requests have begun, up to NS_UNASKED_MAX, since a call was made by a goroutine that a server's had
	/// started: while nobody asks, what tells whose it is isn't looked at.
	__u32 unasked;
	/// `enum ns_contexts`: whether anybody has looked for the HTTP request that a context is of. Only then are the
	/// contexts of requests registered, so that a program that only serves is spared that.
	__u32 wants_contexts;
	/// How many spans it may have in flight, by `enum ns_in_flight_kind`; 0 for as many as there is room for.
	__u32 in_flight_max[NS_IN_FLIGHT_KIND_COUNT];
	/// How much of the ring of finished spans it may fill, once that is half full, bytes; 0 for all.
	__u64 ring_max;
	/// Addresses of the program's runtime.p, as far as they have been met.
	__u64 processors[NS_PROCESSORS_MAX];
};

/// Why a request went out without the trace context of its span.
enum ns_unwritten_reason {
	/// The application, or its own tracer, had set a traceparent.
	NS_UNWRITTEN_OWN = 0,
	/// No room in the program's buffer.
	NS_UNWRITTEN_NO_ROOM = 1,
	/// The header goes to a writer of an unknown type.
	NS_UNWRITTEN_WRITER = 2,
	/// Several requests in flight share the header map.
	NS_UNWRITTEN_AMBIGUOUS = 3,
	/// The program's memory could not be read or written, or held something else afterwards.
	NS_UNWRITTEN_FAILED = 4,
	NS_UNWRITTEN_REASON_COUNT = 5,
};

/// Counters of one process. At rest: begun = emitted + unsampled + the sum of lost + in flight.
struct ns_process_counters {
	/// Requests or calls that reached a begin probe of a traced process.
	__u64 begun;
	/// Of those: not sampled, so no record.
	__u64 unsampled;
	/// Of those: records handed to the ring buffer.
	__u64 emitted;
	/// Entries of the maps of spans in flight, by `enum ns_in_flight_kind`, while the process is traced: what takes
	/// away the entries of one that isn't any more leaves them be. Below 0 where a span of a slot's last process
	/// ends late.
	__s32 in_flight[NS_IN_FLIGHT_KIND_COUNT];
	/// Of those that began: lost, by `enum ns_loss_reason`.
	__u64 lost[NS_LOSS_REASON_COUNT];
	/// Requests whose header was written to.
	__u64 written;
	/// Requests whose header was not, by `enum ns_unwritten_reason`.
	__u64 unwritten[NS_UNWRITTEN_REASON_COUNT];
	/// While the ring of finished spans is filling up: what it has put there since the ring was written up to a
	/// position, in bytes. Counted anew once the ring has been read up to there.
	__u64 ring_start;
	__u64 ring_bytes;
	/// When its spans in flight were last looked through, since there were as many as it may have.
	__u64 last_sweep_ns;
	/// By `enum ns_rate_kind`: up to when its tokens are used up, CLOCK_MONOTONIC, nanoseconds. Ahead of the clock
	/// while tokens are in use, by what is needed to have them all again.
	__u64 rate_used_ns[NS_RATE_KIND_COUNT];
};

/// A change in the life of a process that user space asked to hear of, in the ring `process_events`.
enum ns_process_event_kind {
	/// A traced process image ended by exec of another program.
	NS_PROCESS_REPLACED = 1,
	/// The last thread of a traced process ended.
	NS_PROCESS_EXITED = 2,
	/// A child that `trace -- CMD` spawned has executed CMD and is being traced.
	NS_PROCESS_LAUNCHED = 3,
	/// A process has executed a program whose name the map `exec_filter` lets through; `counters_slot` says
	/// nothing.
	NS_PROCESS_EXECUTED = 4,
	/// A write to the memory of a traced process did not show up as it was meant: nothing is written to it any
	/// more.
	NS_PROCESS_WRITES_OFF = 5,
};

struct ns_process_event {
	struct ns_process_image process;
	/// `enum ns_process_event_kind`.
	__u32 kind;
	__u32 counters_slot;
};

/// Execs are told apart by the first bytes of the executable's name.
#define NS_EXEC_NAME_WORDS 2
/// How many beginnings of names can be asked for.
#define NS_EXEC_NAMES_MAX 8

/// A beginning of names: a name passes when, masked, it is `text`. Bytes in memory order.
struct ns_exec_name {
	__u64 text[NS_EXEC_NAME_WORDS];
	/// 0xff for each byte that counts; the last one never does.
	__u64 mask[NS_EXEC_NAME_WORDS];
};

/// Which execs are reported, in the only entry of the map `exec_filter`: those of executables of which the last
/// component of the path passes one of the names, and those of files that have no path any more.
struct ns_exec_filter {
	/// Names in use; with 0, no exec is reported.
	__u32 count;
	__u32 reserved;
	struct ns_exec_name names[NS_EXEC_NAMES_MAX];
};

/// A file that a process has mapped: the inode behind the mapping (`vm_file->f_inode`), which is the one that the
/// kernel puts uprobes on. On an overlay it is the layer's: mounts of one lower file show one, a copied-up file
/// another.
struct ns_mapped_file {
	/// Where it is mapped, in the memory of the process.
	__u64 address;
	__u64 inode;
	/// Bytes.
	__u64 size;
	/// `st_ctim`, nanoseconds since 1970.
	__s64 changed_ns;
	/// Of the file system, in the kernel's own encoding.
	__u32 device;
	/// Tells files apart that had the same inode number one after the other.
	__u32 generation;
};

/// How many processes can be traced at once.
#define NS_MAX_PROCESSES 4096
/// How many executables can be armed at once.
#define NS_MAX_BINARIES 256

/// What `trace -- CMD` waits for, in the only entry of the map `launch`: the next program that a child of
/// `parent_tgid` executes becomes a traced process with these settings, before its first instruction. BPF clears
/// `parent_tgid` when that has happened.
struct ns_launch {
	/// The tracer's own thread group id in the initial pid namespace; 0 for nothing to wait for.
	__u32 parent_tgid;
	/// How many execs of the child come before that one.
	__u32 execs_before;
	struct ns_process_settings settings;
};
