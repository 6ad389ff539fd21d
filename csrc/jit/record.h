/* What dxpy knows of one function: counters, tier, compiled code. One record per code object in a
 * running program (co_extra points to it), or per name in an engine driven by hand. */
#ifndef DXPY_JIT_RECORD_H
#define DXPY_JIT_RECORD_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "cpython/lines.h"

typedef enum Tier { TIER_INTERPRETER, TIER_BASELINE, TIER_OPTIMIZING, TIER_AOT, TIER_COUNT } Tier;

/* Why a record's function stays interpreted: bits of FunctionRecord.never. */
enum { NEVER_NOJIT = 1, NEVER_EXCLUDED = 2, NEVER_BAILED = 4 };

/* A hot back-edge: to be entered at. */
typedef struct OsrPoint {
    int32_t unit;
    int32_t count;  /* of types */
    uint8_t *types; /* Likely of the locals and operands of a frame that was there; NULL: none was seen */
} OsrPoint;

struct CompiledCode; /* jit/table.h */
struct Native;       /* jit/native.h */
struct Engine;       /* jit/engine.h */

typedef struct FunctionRecord {
    /* Read and written by the frame hook on every call: keep first, in one cache line. */
    struct CompiledCode *compiled; /* what runs now; NULL: the interpreter */
    uint32_t calls;      /* entry counter; engine_ask moves it to earlier_calls before it overflows */
    uint32_t next_ask;   /* when calls reaches this, the policy is asked again */
    uint32_t loops;      /* back-edge counter; likewise */
    uint8_t tier;        /* Tier reached */
    uint8_t requested;   /* Tier being compiled, or 0 */
    uint8_t never;       /* NEVER_ bits; not 0: stays interpreted */
    uint8_t in_co_extra; /* owned by a code object's co_extra */

    uint8_t loopless;      /* its code has no back-edge that could be armed */
    uint8_t compiled_tier; /* Tier of `compiled`, or 0; set with it by the publisher */
    uint8_t ceiling;       /* highest Tier the policy may ask for; lowered where a tier bailed or thrashed */
    uint8_t seen;          /* counted by stats() even when its counters are 0 */
    int16_t plain_args;    /* see cp_plain_args; of code that co_extra knows */
    int16_t plain_generator;               /* see cp_plain_generator */
    uint8_t faults;                        /* FAULTs in a row: the back-off's exponent */
    uint8_t dropped;                       /* out of its engine; freed when the last pin goes */
    uint8_t gets_items;                    /* see cp_may_get_items; of code with back-edges */
    uint16_t pins;                         /* by those who use it while Python code or a compile runs */
    uint64_t earlier_calls, earlier_loops; /* beyond the 32-bit counters */
    uint64_t optimized_at;                 /* heat at which tier 2's code was there */
    uint64_t notes_until;                  /* heat up to which tier 1 notes what tier 2 goes by; or 0 */

    int64_t id;              /* FunctionIdMapper's: equal for records with one name */
    PyObject *name;          /* module.qualname; new ref */
    PyCodeObject *code;      /* borrowed while in_co_extra, else new ref */
    struct Engine *engine;   /* borrowed: the engine it counts for */
    const char *bail_reason; /* name from jit/reasons.def of the last failed compile, or NULL */
    char bail_message[256];
    uint64_t exits;                /* side exits taken, all sites */
    uint32_t compiles;             /* how often it was compiled */
    struct CompiledCode *baseline; /* tier 1's, kept while a higher tier's runs, to fall back on; or NULL */
    double compile_ms;             /* time in the worker, all compiles */
    double cost, made_at;          /* see budget_is_worth_it */
    int32_t *failed_guards;        /* code units at which speculation failed too often */
    int32_t failed_guard_count;
    uint32_t recompiles;     /* because of those */
    uint8_t *argument_types; /* Likely of each argument, from a sample call; NULL: none yet */
    int32_t *warm_units;     /* code units at which compiled code left because they had not run before */
    int32_t warm_count;
    uint16_t cold_exits;   /* such exits since it was compiled last */
    uint8_t cold_compiles; /* compiles because of them */
    uint8_t cold_off;      /* all of it is compiled, whether it ran or not */
    OsrPoint *osr_points;
    OsrPoint resumed;     /* of a generator: where it stood when it was resumed and compiled */
    uint32_t *seen_types; /* by inline cache: what tier 1's have seen, see cpython/decode.h; NULL: nothing */
    int32_t seen_count;
    uint8_t
        *seen_values; /* by inline cache: Likely of what sites give, see cpython/decode.h; NULL: nothing */
    int32_t osr_count;
    uint8_t osr_seen;           /* how often the sampler saw it at one of its back-edges */
    uint8_t osr_never;          /* frames run that were entered without the hook: no back-edge may be armed */
    struct Native *native;      /* its function as a native one; NULL: nobody wanted it */
    CpLine raised[CP_LINES];    /* where exceptions came from lately */
    CpCatcher caught[CP_LINES]; /* and who caught them */
    struct Warm *warm;          /* what the index of the code cache says of it (jit/warm.c), or NULL */
    uint32_t warm_at;           /* heat at which to try that again; 0: not at all */
    uint32_t looks;             /* of the sampler's, at its loops or what they call */
    uint32_t rests_until; /* heat before which nothing is made or looked for: it was not worth it; or 0 */
    struct FunctionRecord *next, *previous; /* chain of records with one name */
} FunctionRecord;

#endif
