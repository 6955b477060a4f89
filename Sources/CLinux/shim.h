// Headers of the C library and the kernel that Swift's Glibc module leaves out, and what of fcntl(2) it does.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/// F_SETSIG and O_PATH of include/uapi/asm-generic/fcntl.h, F_SETLEASE and F_GETLEASE of include/uapi/linux/fcntl.h, which the
/// C library shows only to programs that ask for all GNU extensions.
enum { SET_SIGNAL = 10, SET_LEASE = 1024, GET_LEASE = 1025, PATH_ONLY = 010000000 };

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

/// Opens a file of a kernel file system, such as "securityfs", that need not be mounted: through a mount that is in no
/// namespace and ends with this call. Returns a descriptor, or -1 with errno set.
static inline int open_in_kernel_file_system(const char *_Nonnull type, const char *_Nonnull path)
{
	int context = fsopen(type, FSOPEN_CLOEXEC);
	int mounted = -1;
	int file = -1;
	if (context >= 0 && fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mounted = fsmount(context, FSMOUNT_CLOEXEC, 0);
	if (mounted >= 0)
		file = openat(mounted, path, O_RDONLY | O_CLOEXEC);
	int code = errno;
	if (mounted >= 0)
		close(mounted);
	if (context >= 0)
		close(context);
	errno = code;
	return file;
}

/// A file in memory that may be executed, or -1 with errno set.
static inline int create_code_file(const char *_Nonnull name)
{
	return (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC);
}

/// Has the calling thread be in another network namespace. Returns 0, or -1 with errno set.
static inline int enter_network_namespace(int descriptor)
{
	return (int)syscall(SYS_setns, descriptor, CLONE_NEWNET);
}

/// Opens a file as a process finds it whose root a folder is: neither links nor ".." lead out of that, and links of /proc not
/// even within. It is there to be looked at, not read (O_PATH): nothing is done to a device, and nobody is waited for.
/// Returns a descriptor, or -1 with errno set.
static inline int find_in_root(int root, const char *_Nonnull path)
{
	struct open_how how = {
		.flags = PATH_ONLY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/// Calls code that takes and returns nothing.
static inline void call_code(const void *_Nonnull code)
{
	((void (*)(void))code)();
}
