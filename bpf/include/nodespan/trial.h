// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What `nodespan doctor` tries a kernel with.
#pragma once

#include <linux/types.h>

/// One hit of a trial probe, in the ring `hits`.
struct ns_trial_hit {
	/// What bpf_get_attach_cookie() gave, never 0: a probe with cookie 0 leaves no record.
	__u64 cookie;
	/// Thread group id in the initial pid namespace.
	__u32 tgid;
	__u32 reserved;
};
