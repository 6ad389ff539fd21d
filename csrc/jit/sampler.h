/* Loops that run long in one call: a timer looks now and then where the main thread is. */
#ifndef DXPY_JIT_SAMPLER_H
#define DXPY_JIT_SAMPLER_H

#include <stdbool.h>

#include "jit/record.h"

/* Start or stop looking. The thread sleeps between looks and does not touch Python: what looks is a pending
 * call, which CPython runs at a back-edge of the very loop that is hot. Only where other threads run while
 * the main one waits does it take the GIL now and then, and looks at them itself. */
void sampler_start(void);
void sampler_stop(void);

/* In the child of a fork, which has no such thread yet; else nothing. */
void sampler_go_on(void);

/* Before the interpreter ends: when this returns, the sampler's thread takes the GIL no more. */
void sampler_stop_for_good(void);

/* This thread was busy compiling: if the time for a look came meanwhile, it says nothing of the loops that
 * run. */
void sampler_skip(void);

/* This back-edge (code unit) is hot: have its function compiled with an entry there, or enter it.
 * (jit/compile.c) */
void compile_hot_loop(FunctionRecord *record, int32_t unit);

/* Compiled code is in a loop of this frame: when the last tier is due, it goes on there as soon as that is
 * compiled. (jit/compile.c) */
void compile_loop_on(FunctionRecord *record, struct _PyInterpreterFrame *frame);

/* With the option osr_threshold at 1 every function is entered at one of its back-edges, another one each
 * time: for tests, which cannot wait for loops to get hot. At 2 this begins with its second call, with what
 * the interpreter noted in the first one, and the function's start has its turn too. */
extern bool sampler_at_once;
bool compile_osr_at_once(FunctionRecord *record); /* true: the frame is to be interpreted */

#endif
