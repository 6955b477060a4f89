// What credentials.c replaces is declared by the C library.
#pragma once
