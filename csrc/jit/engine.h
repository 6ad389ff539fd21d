/* The tiering engine: who is hot, which tier is next. JitIntegration is an Engine as a Python object;
 * the process's own one is driven by the frame hook, others by hand. Needs the GIL. */
#ifndef DXPY_JIT_ENGINE_H
#define DXPY_JIT_ENGINE_H

#include "jit/record.h"

/* --- what the frame hook calls (implemented in jit/engine.c) --- */

/* Record of a code object met for the first time by the hook: named module.qualname from `globals`'
 * __name__ and co_qualname, registered with the process's engine. NULL: out of memory, no exception set. */
FunctionRecord *engine_record_for_code(PyCodeObject *code, PyObject *globals);

/* The entry counter reached next_ask (or the back-edge counter its threshold): decide the next tier, ask
 * for its compilation, set next_ask anew. Never fails, never leaves an exception. */
void engine_ask(FunctionRecord *record);

/* co_extra's free function: the code object is going away. */
void engine_forget_record(FunctionRecord *record);

/* --- what the engine calls (implemented in jit/compile.c) --- */

/* Start compiling record->code at `tier`; the code is published under the GIL when it is ready (before this
 * returns, with `sync`). 0: under way, or done. -1: refused, with record->bail_reason and bail_message set and
 * the tier unchanged. On success record->tier is raised and record->compiled is set by the publisher. */
int compile_start(FunctionRecord *record, Tier tier, bool sync);

/* Drop the record's compiled code: no new entry; activations on a stack leave at their next exit point. */
void compile_invalidate(FunctionRecord *record);

/* Publish replies that the worker has finished. Called under the GIL, from a pending call and from the hook. */
void compile_publish_finished(void);

#endif
