/* What the lowering may know of functions that are called. */
#ifndef DXPY_LOWER_CALLEES_H
#define DXPY_LOWER_CALLEES_H

#include "base/bail.h"
#include "bytecode/bytecode.h"

/* A Python function that a call may be put in line of. */
typedef struct Callee {
    Bytecode *code;
    uint32_t version; /* fact: its own, while its code and defaults stay */
    void *code_object;
} Callee;

/* Where they come from: find(context, cx, function) gives NULL for one that cannot be (too long, a generator,
 * a closure), `function` being the address of whatever a site leads to. */
typedef struct Callees {
    const Callee *(*find)(void *context, CompileContext *cx, void *function);
    void *context;
} Callees;

#endif
