// LLVM's libFuzzer ships no header of its own: this is the entry of FuzzerInterface.h for programs with a main of their own.
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));
