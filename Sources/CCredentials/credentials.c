// The calls by which a child takes another user's place before it executes a program, of the calling thread alone.
//
// The C library's own make all threads follow, and first wait for each that is being created (setxid_mark_thread in
// nptl/nptl_setxid.c). swift-subprocess calls them in a child that it has made by clone3 itself, behind the library's
// back: a thread that was being created in the parent then never is in the child, and the child waits for ever, with
// every probe in its hands. Defined in the executable, these take precedence; nodespan never calls them in itself.
#include <grp.h>
#include <sys/syscall.h>
#include <unistd.h>

int setgroups(size_t count, const gid_t *groups)
{
	return (int)syscall(SYS_setgroups, count, groups);
}

int setgid(gid_t group)
{
	return (int)syscall(SYS_setgid, group);
}

int setuid(uid_t user)
{
	return (int)syscall(SYS_setuid, user);
}
