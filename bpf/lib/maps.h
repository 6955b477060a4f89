// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The maps that several BPF objects share. The object loaded first creates them; user space hands them to the others.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "nodespan/binary.h"
#include "nodespan/process.h"
#include "nodespan/quota.h"

/// Settings of the traced process images.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NS_MAX_PROCESSES);
	__type(key, struct ns_process_image);
	__type(value, struct ns_process_settings);
} processes SEC(".maps");

/// Counters by ns_process_settings.counters_slot. They outlive the process: user space reads them last, then zeroes the
/// slot and gives it to another process.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NS_MAX_PROCESSES);
	__type(key, __u32);
	__type(value, struct ns_process_counters);
} counters SEC(".maps");

/// Facts by attach cookie.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NS_MAX_BINARIES);
	__type(key, __u32);
	__type(value, struct ns_binary_facts);
} binaries SEC(".maps");

/// Where contexts hold the contexts that they were derived from.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NS_ALL_CONTEXT_TYPES_MAX);
	__type(key, struct ns_context_type_key);
	__type(value, struct ns_context_type);
} context_types SEC(".maps");

/// Finished spans: `struct ns_span` and what its kind adds. Read on a timer; BPF wakes the reader only when a quarter
/// is full, since a wake-up is paid for by the traced program.
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, NS_SPAN_RING_BYTES);
} spans SEC(".maps");

/// `struct ns_process_event`, with ordinary wake-ups: rare, and worth knowing at once.
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 << 10);
} process_events SEC(".maps");

/// How many events `process_events` had no room for. User space then looks for itself at what has become of processes.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} missed_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ns_exec_filter);
} exec_filter SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ns_launch);
} launch SEC(".maps");
