/* Making compiled code what a function runs. Needs the GIL; raises nothing. */
#ifndef DXPY_JIT_INSTALL_H
#define DXPY_JIT_INSTALL_H

#include "jit/table.h"

/* Quick code that was made in this process; empty: none. */
typedef struct QuickCode {
    StrBuf bytes, image;
} QuickCode;

/* Run the passes and make code of the function, which is used up; nothing where quick code does not do. May
 * bail. What it took, in milliseconds. */
double quick_code_make(Fn *fn, QuickCode *code);
void quick_code_free(QuickCode *code);
bool quick_code_can(void); /* does it do here at all? */

/* Load an artifact and make it what the record runs. False: the record says why not. */
bool install_artifact(FunctionRecord *record, Tier tier, const Facts *facts, const char *path, int unit);

/* Likewise of code made here. False: there is none, or no memory that it may run in. */
bool install_quick_code(FunctionRecord *record, Tier tier, const Facts *facts, const QuickCode *code);

/* A line for `perf` of code that belongs to a function; only where options.perf_map asks for it. */
void install_write_perf_map(const FunctionRecord *record, const void *start, size_t size, const char *what);

#endif
