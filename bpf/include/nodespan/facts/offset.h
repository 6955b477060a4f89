// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What the facts of an executable are told in.
#pragma once

#include <linux/types.h>

/// An offset in a Go struct, in bytes. NS_ABSENT where the binary's struct has no such field.
typedef __u16 ns_offset;
#define NS_ABSENT 0xffff
/// What an unused slot has for an offset that is never 0.
#define NS_UNUSED 0
