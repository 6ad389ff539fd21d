/* The compiler as a function: IR text in, shared object out. Called by worker/ only. */
#ifndef DXPY_CODEGEN_COMPILE_H
#define DXPY_CODEGEN_COMPILE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct CcUnit {
    const char
        *text; /* one function in IR text form, NUL-terminated; its first line carries tier and settings */
    size_t length;
} CcUnit;

typedef struct CcResult {
    bool ok;
    char reason[48];   /* a name of jit/reasons.def when not ok */
    char message[208]; /* what was wrong, for people */
    double parse_ms, opt_ms, emit_ms;
} CcResult;

typedef struct CcSettings {
    const char *march; /* "x86-64", "x86-64-v2", ... : what cpu_level() found */
    int optimize; /* 0 to 3: libgccjit's levels 0, 1, 1 with a little more, 2; up to 1 quick code is tried
                     first */
    bool debug_info;
    const char *scratch; /* a folder of the worker's own for libgccjit's files */
    /* Called (when not NULL) as work on a unit begins, and with -1 when libgccjit begins on all of them: who
     * hangs or crashes is found by it. */
    void (*progress)(void *arg, int unit);
    void *progress_arg;
} CcSettings;

/* Compile the units of a batch into one shared object at `path`. Unit i exports its code as
 * `dxpy_unit_<i>` and its image (link table description and exit records) as `dxpy_image_<i>`
 * and `dxpy_image_size_<i>`. A unit that fails is left out and its result says why; false when
 * libgccjit failed as a whole (then every result says so). */
bool cc_compile(const CcUnit *units, int count, const CcSettings *settings, const char *path,
                CcResult *results);

/* What a stage makes of a unit: "ir" (as parsed), "opt" (after the passes), "asm". NULL with
 * `result` filled when it fails; otherwise a malloc'ed string. */
char *cc_dump(const CcUnit *unit, const CcSettings *settings, const char *stage, CcResult *result);

#endif
