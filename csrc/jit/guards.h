/* Guards that keep failing. */
#ifndef DXPY_JIT_GUARDS_H
#define DXPY_JIT_GUARDS_H

#include "jit/record.h"

/* A guard may fail now and then; each time it has failed this often, its speculation is reconsidered. */
enum { EXITS_BEFORE_GIVING_UP = 8 };

/* The guard of the instruction at this code unit of `code`, which is the function or one put in line in it,
 * failed again in this frame: the function is dropped, and compiled anew without speculating there. Keeps the
 * exception that is set. (jit/compile.c) */
void compile_guard_failed(FunctionRecord *record, struct _PyInterpreterFrame *frame, PyCodeObject *code,
                          int32_t offset);

#endif
