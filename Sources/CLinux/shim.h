// Headers of the C library and the kernel that Swift's Glibc module leaves out.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

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

/// Calls code that takes and returns nothing.
static inline void call_code(const void *_Nonnull code)
{
	((void (*)(void))code)();
}
