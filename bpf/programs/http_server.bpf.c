// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "nodespan/http.h"
#include "nodespan/binary.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";
