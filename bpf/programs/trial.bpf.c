// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// A probe that only says that it was hit: `nodespan doctor` arms code of its own with it.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "nodespan/trial.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 << 10);
} hits SEC(".maps");

SEC("uprobe")
int trial_hit(void *context)
{
	struct ns_trial_hit hit = {.cookie = bpf_get_attach_cookie(context)};
	if (!hit.cookie)
		return 0;
	hit.tgid = (__u32)(bpf_get_current_pid_tgid() >> 32);
	bpf_ringbuf_output(&hits, &hit, sizeof(hit), 0);
	return 0;
}
