/* Which local variables' numbers the frame's memory lacks where control flow joins. */
#ifndef DXPY_LOWER_STALE_H
#define DXPY_LOWER_STALE_H

#include "base/bail.h"
#include "bytecode/bytecode.h"
#include "lower/infer.h"

/* By instruction that control jumps to, then by local: false where the memory is to have the number on every
 * way there. Those ways store it where it turns out that they have not. NULL: nothing is known. At the start
 * memory has the arguments, or lacks them, too: `arguments`. */
bool **stale_foresee(CompileContext *cx, const Bytecode *code, const Inference *inference, bool arguments);

#endif
