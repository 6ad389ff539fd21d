/* Which local variables' numbers the frame's memory lacks where control flow joins. */
#ifndef DXPY_LOWER_STALE_H
#define DXPY_LOWER_STALE_H

#include "base/bail.h"
#include "bytecode/bytecode.h"
#include "lower/callees.h"
#include "lower/infer.h"

/* Is all that a variable is given in a loop likely to be made for it? */
typedef enum Made {
    MADE_NEVER,
    MADE_FIRST,  /* yes, before it is read */
    MADE_CARRIED /* yes, but the loop begins with what it had before */
} Made;

typedef struct Foreseen {
    /* By instruction that control jumps to, then by local: false where the memory is to have the number on
     * every way there. Those ways store it where it turns out that they have not. NULL: nothing is known. */
    bool **stale;
    /* By instruction that a loop begins at which nobody looks at, then by local (Made). NULL: no loop. */
    uint8_t **made;
    bool *made_ever; /* by local: in one of these loops */
} Foreseen;

/* At the start memory has the arguments, or lacks them, too: `arguments`. */
Foreseen stale_foresee(CompileContext *cx, const Bytecode *code, const Inference *inference,
                       const Callees *callees, bool arguments);

#endif
