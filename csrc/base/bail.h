/* How a compile stage refuses: bail(cx, REASON, ...) unwinds to the stage's caller. */
#ifndef DXPY_BASE_BAIL_H
#define DXPY_BASE_BAIL_H

#include <setjmp.h>

#include "base/arena.h"

/* Carried by every stage of one compilation. The caller sets the jump target, then runs stages;
 * only arena memory and borrowed references may be live across it. */
typedef struct CompileContext {
    Arena arena;
    jmp_buf bailed;
    const char *reason; /* a name of jit/reasons.def */
    char message[160];
} CompileContext;

void cx_init(CompileContext *cx);
void cx_free(CompileContext *cx);

/* Refuse: `reason` names a row of jit/reasons.def, the message says what was met. */
_Noreturn void bail(CompileContext *cx, const char *reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
