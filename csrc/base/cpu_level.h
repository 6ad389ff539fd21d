/* Which level of the instruction set this machine runs: libgccjit refuses -march=native. */
#ifndef DXPY_BASE_CPU_LEVEL_H
#define DXPY_BASE_CPU_LEVEL_H

/* A name for -march: "x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"; "armv8-a" on aarch64. A static string.
 */
const char *cpu_level(void);

#endif
