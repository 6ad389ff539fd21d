/* What compiling goes by beside the inline caches: samples of the values, and what was learned of earlier
 * code. */
#ifndef DXPY_JIT_FEEDBACK_H
#define DXPY_JIT_FEEDBACK_H

#include "base/bail.h"
#include "bytecode/bytecode.h"
#include "jit/record.h"

struct _PyInterpreterFrame;

/* Add it to the bytecode; `speculate`: with all that only guesses need. */
void feedback_add(CompileContext *cx, Bytecode *code, FunctionRecord *record, bool speculate);

/* Likewise for a function that is put in line in another one. `record`: NULL when there is none. */
void feedback_add_callee(Bytecode *code, const FunctionRecord *record);

/* A frame that stands before a back-edge, its operands in its memory: that loop is hot. False: no memory. */
bool feedback_sample_loop(FunctionRecord *record, struct _PyInterpreterFrame *frame);
OsrPoint *feedback_find_loop(FunctionRecord *record, int32_t unit); /* NULL: not known as hot */

/* A guard failed in this frame of the function's: an argument that is of another type than in the sample is
 * of any. */
void feedback_widen(FunctionRecord *record, const struct _PyInterpreterFrame *frame);

/* Add a code unit to a list of them, once. False: no memory. */
bool feedback_note_unit(int32_t **units, int32_t *count, int32_t unit);

void feedback_free(FunctionRecord *record);

#endif
