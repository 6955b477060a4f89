// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The kernel's files, as far as the programs read them: partial structs that libbpf relocates to the running kernel.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "nodespan/process.h"

#define NS_NANOSECONDS 1000000000

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
	__u32 s_dev;
};

struct inode {
	unsigned long i_ino;
	__u32 i_generation;
	unsigned int i_nlink;
	long long i_size;
	struct super_block *i_sb;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
	struct inode *d_inode;
};

struct path {
	struct dentry *dentry;
};

struct file {
	struct inode *f_inode;
	struct path f_path;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct file *vm_file;
};

struct linux_binprm {
	struct file *file;
};

struct timespec64 {
	long long tv_sec;
	long tv_nsec;
};

/// The time of change from Linux 6.11 on, and of 6.6 to 6.10.
struct inode___seconds {
	long long i_ctime_sec;
	__u32 i_ctime_nsec;
};

struct inode___private {
	struct timespec64 __i_ctime;
};

struct inode___public {
	struct timespec64 i_ctime;
};

#pragma clang attribute pop

/// `st_ctim`, nanoseconds since 1970. From Linux 6.13 on, bit 31 of the nanoseconds says that they were asked for
/// (include/linux/fs.h: I_CTIME_QUERIED).
static __always_inline __s64 ns_change_time(const struct inode *inode)
{
	const struct inode___seconds *seconds = (const void *)inode;
	const struct inode___private *private = (const void *)inode;
	const struct inode___public *public = (const void *)inode;

	if (bpf_core_field_exists(seconds->i_ctime_sec))
		return seconds->i_ctime_sec * NS_NANOSECONDS + (seconds->i_ctime_nsec & 0x7fffffff);
	if (bpf_core_field_exists(private->__i_ctime))
		return private->__i_ctime.tv_sec * NS_NANOSECONDS + private->__i_ctime.tv_nsec;
	return public->i_ctime.tv_sec * NS_NANOSECONDS + public->i_ctime.tv_nsec;
}

static __always_inline struct ns_mapped_file ns_mapped_file_of(const struct vm_area_struct *area)
{
	const struct inode *inode = area->vm_file->f_inode;

	return (struct ns_mapped_file){
	    .address = area->vm_start,
	    .inode = inode->i_ino,
	    .size = (__u64)inode->i_size,
	    .changed_ns = ns_change_time(inode),
	    .device = inode->i_sb->s_dev,
	    .generation = inode->i_generation,
	};
}
