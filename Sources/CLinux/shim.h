// Headers of the C library and the kernel that Swift's Glibc module leaves out.
#pragma once
#include <linux/magic.h>
#include <sys/vfs.h>
