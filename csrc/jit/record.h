/* What dxpy knows of one function: counters, tier, compiled code. One record per code object in a
 * running program (co_extra points to it), or per name in an engine driven by hand. */
#ifndef DXPY_JIT_RECORD_H
#define DXPY_JIT_RECORD_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum Tier { TIER_INTERPRETER, TIER_BASELINE, TIER_OPTIMIZING, TIER_AOT, TIER_COUNT } Tier;

struct CompiledCode; /* jit/table.h */
struct Engine;       /* jit/engine.h */

typedef struct FunctionRecord {
    /* Read and written by the frame hook on every call: keep first, in one cache line. */
    struct CompiledCode *compiled; /* what runs now; NULL: the interpreter */
    uint32_t calls;                /* entry counter */
    uint32_t next_ask;             /* when calls reaches this, the policy is asked again */
    uint32_t loops;                /* back-edge counter */
    uint8_t tier;                  /* Tier reached */
    uint8_t requested;             /* Tier being compiled, or 0 */
    uint8_t never;                 /* @nojit, excluded, or failed for good: stays interpreted */
    uint8_t in_co_extra;           /* owned by a code object's co_extra */

    int64_t id;             /* FunctionIdMapper's */
    PyObject *name;         /* module.qualname; new ref */
    PyCodeObject *code;     /* borrowed while in_co_extra, else new ref or NULL */
    struct Engine *engine;  /* borrowed: the engine it counts for */
    const char *bail_reason; /* name from jit/reasons.def of the last failed compile, or NULL */
    char bail_message[160];
    uint64_t exits;         /* side exits taken, all sites */
    uint32_t compiles;      /* how often it was compiled */
    double compile_ms;      /* time in the worker, all compiles */
    struct FunctionRecord *next; /* chain of records with one name */
} FunctionRecord;

#endif
