// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Go's internal calling convention (src/cmd/compile/abi-internal.md): integer arguments by register, where a function
// begins and where it is called, and the current g. Results are in the same registers, in the same order.
#pragma once

#include <linux/ptrace.h>

#if defined(__TARGET_ARCH_x86)

#define NS_GO_ARG1(ctx) ((ctx)->rax)
#define NS_GO_ARG2(ctx) ((ctx)->rbx)
#define NS_GO_ARG3(ctx) ((ctx)->rcx)
#define NS_GO_ARG4(ctx) ((ctx)->rdi)
#define NS_GO_ARG5(ctx) ((ctx)->rsi)
#define NS_GO_ARG6(ctx) ((ctx)->r8)
#define NS_GO_G(ctx) ((ctx)->r14)
#define NS_GO_SP(ctx) ((ctx)->rsp)

#elif defined(__TARGET_ARCH_arm64)

/// The part of the kernel's own that user space knows, with which it begins (arch/arm64/include/asm/ptrace.h).
struct pt_regs {
	struct user_pt_regs user;
};
#define NS_GO_ARG1(ctx) ((ctx)->user.regs[0])
#define NS_GO_ARG2(ctx) ((ctx)->user.regs[1])
#define NS_GO_ARG3(ctx) ((ctx)->user.regs[2])
#define NS_GO_ARG4(ctx) ((ctx)->user.regs[3])
#define NS_GO_ARG5(ctx) ((ctx)->user.regs[4])
#define NS_GO_ARG6(ctx) ((ctx)->user.regs[5])
#define NS_GO_G(ctx) ((ctx)->user.regs[28])
#define NS_GO_SP(ctx) ((ctx)->user.sp)

#else
#error "unsupported architecture"
#endif
