/* The C API of dxpy, for other extension modules: include this, call dxpy_import() once with the GIL,
 * and use what it returns. Everything needs the GIL unless it says otherwise. */
#ifndef DXPY_H
#define DXPY_H

#include <Python.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DXPY_API_VERSION 1
#define DXPY_API_CAPSULE "dxpy._jit._C_API"

typedef struct DxpyMapper DxpyMapper; /* the inside of a dxpy.FunctionIdMapper */

typedef struct DxpyStats {
    uint64_t total_functions, total_calls;
    uint64_t tier_functions[4]; /* functions at tier 0 to 3; they add up to total_functions */
    uint64_t compiled_functions, pending_compiles, total_compiles, total_loop_iterations, total_exits;
    double compile_ms;
} DxpyStats;

typedef struct DxpyHookCounters {
    int installed;            /* 1: the frame hook is in */
    uint64_t functions;       /* functions it met */
    uint64_t calls;           /* their calls */
    uint64_t loop_iterations; /* their turns of loops, as far as they were counted */
    uint64_t asks;            /* how often a threshold was reached and the policy asked */
} DxpyHookCounters;

/* Members are only ever added at the end, and version goes up when they are. */
typedef struct DxpyApi {
    int version;

    /* The mapper of a dxpy.FunctionIdMapper, valid as long as that object. NULL: TypeError set. */
    DxpyMapper *(*mapper_of)(PyObject *mapper);

    /* The next three may be called from any thread, with or without the GIL. Names are UTF-8, a lone
     * surrogate encoded as if it were a character. The name's id, or -1: out of memory, or (get) not known.
     */
    int64_t (*mapper_get_or_create)(DxpyMapper *mapper, const char *name, size_t length);
    int64_t (*mapper_get)(DxpyMapper *mapper, const char *name, size_t length);
    int64_t (*mapper_count)(DxpyMapper *mapper);

    /* The name of an id: new ref to a str. NULL: KeyError set. */
    PyObject *(*mapper_name_of)(DxpyMapper *mapper, int64_t id);

    /* The process's engine as a dxpy.JitIntegration: new ref. In what follows `integration` may be NULL for
     * it. */
    PyObject *(*integration)(void);

    /* Tier of a function, 0 to 3; 0 for a name never seen. -1: exception set. */
    int (*get_tier)(PyObject *integration, PyObject *name);

    /* Count one call: the tier just reached, 0 when none was or the engine is disabled. -1: exception set. */
    int (*record_call)(PyObject *integration, PyObject *name, PyObject *code);

    /* 0, or -1 with an exception set. */
    int (*get_stats)(PyObject *integration, DxpyStats *stats);
    int (*get_hook_counters)(DxpyHookCounters *counters);
} DxpyApi;

/* NULL with ImportError set when dxpy is missing or older than this header. */
static inline const DxpyApi *dxpy_import(void) {
    const DxpyApi *api = (const DxpyApi *)PyCapsule_Import(DXPY_API_CAPSULE, 0);
    if (api && api->version < DXPY_API_VERSION) {
        PyErr_Format(PyExc_ImportError,
                     "dxpy's C API has version %d; this extension was built for version %d", api->version,
                     DXPY_API_VERSION);
        return NULL;
    }
    return api;
}

#ifdef __cplusplus
}
#endif

#endif
