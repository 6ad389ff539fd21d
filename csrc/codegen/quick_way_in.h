/* The way into a function's compiled code for callers that are compiled too: machine code made for it. */
#ifndef DXPY_CODEGEN_QUICK_WAY_IN_H
#define DXPY_CODEGEN_QUICK_WAY_IN_H

#include "base/arena.h"
#include "base/strbuf.h"
#include "ir/image.h"

enum { WAY_IN_MOST_LOCALS = 40 };

typedef struct WayIn {
    const int64_t *layout; /* by LayoutField */
    int32_t arg_count, local_count, frame_bytes;
    /* Addresses: of the CompiledCode and how often it is active, of the FunctionRecord's count of calls and
     * of when it asks next, of the code object. */
    const void *active, *calls, *next_ask, *code;
    const void *entry, *link; /* of the compiled code */
    int64_t start_entry;
    int64_t floor; /* from where a thread's own variables are to stack_floor */
    /* rt_dealloc, rt_end_call, rt_call_refused */
    const void *dealloc, *end_call, *refused;
} WayIn;

/* Code that may stand anywhere, a function of (thread state, function, arguments), which become its own. It
 * does what rt_call does for a function that takes its arguments as they come; where there is anything else
 * to be done, it hands all of it to rt_call_refused. */
void quick_way_in(const WayIn *way, Arena *arena, StrBuf *code);

#endif
