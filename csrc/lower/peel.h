/* Loops whose variables are other numbers from their first turns on (`total = 0`, and then floats are added).
 */
#ifndef DXPY_LOWER_PEEL_H
#define DXPY_LOWER_PEEL_H

#include "lower/infer.h"

/* The code with the turns before that change taken out of such loops, so that each variable has one type
 * where a loop begins, and what is inferred of it; or both as they are. */
Bytecode *peel_loops(CompileContext *cx, Bytecode *code, const Inference **inference, const Callees *callees);

#endif
