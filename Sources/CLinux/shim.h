// Headers of the C library and the kernel that Swift's Glibc module leaves out, and what of fcntl(2) it does.
#pragma once
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/vfs.h>

/// F_SETSIG of include/uapi/asm-generic/fcntl.h, F_SETLEASE and F_GETLEASE of include/uapi/linux/fcntl.h, which the C library
/// shows only to programs that ask for all GNU extensions.
enum { SET_SIGNAL = 10, SET_LEASE = 1024, GET_LEASE = 1025 };

/// Takes a read lease on an open file. The kernel tells of whoever waits for its end by a signal: by SIGURG, which does
/// nothing by default, instead of SIGIO, which kills. Returns 0, or -1 with errno set.
static inline int take_read_lease(int descriptor)
{
	return fcntl(descriptor, SET_SIGNAL, SIGURG) || fcntl(descriptor, SET_LEASE, F_RDLCK) ? -1 : 0;
}

/// Whether a read lease is held that nobody waits for the end of.
static inline int has_read_lease(int descriptor)
{
	return fcntl(descriptor, GET_LEASE) == F_RDLCK;
}

static inline void drop_lease(int descriptor)
{
	fcntl(descriptor, SET_LEASE, F_UNLCK);
}
