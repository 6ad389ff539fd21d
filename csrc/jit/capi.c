/* The C API: what the capsule dxpy._jit._C_API holds. */
#include "../dxpy/include/dxpy.h"
#include "cpython/hook.h"
#include "jit/names.h"
#include "jit/state.h"

static DxpyMapper *api_mapper_of(PyObject *object) { return (DxpyMapper *)mapper_of_object(object); }

static int64_t api_mapper_get_or_create(DxpyMapper *mapper, const char *name, size_t length) {
    return mapper_get_or_create((Mapper *)mapper, name, length);
}

static int64_t api_mapper_get(DxpyMapper *mapper, const char *name, size_t length) {
    return mapper_get((Mapper *)mapper, name, length);
}

static int64_t api_mapper_count(DxpyMapper *mapper) { return mapper_count((Mapper *)mapper); }

static PyObject *api_mapper_name_of(DxpyMapper *mapper, int64_t id) {
    const char *bytes;
    size_t length;
    if (mapper_name_of((Mapper *)mapper, id, &bytes, &length)) return name_decode(bytes, length);
    return PyErr_Format(PyExc_KeyError, "no function has the id %lld", (long long)id);
}

static PyObject *api_integration(void) {
    PyObject *module = PyImport_ImportModule("dxpy._jit");
    PyObject *integration = module ? integration_of_process(module) : NULL; // borrowed
    Py_XINCREF(integration);
    Py_XDECREF(module);
    return integration;
}

static int api_get_tier(PyObject *integration, PyObject *name) {
    Engine *engine = engine_of_object(integration);
    if (!engine || name_check(name, "get_tier") < 0) return -1;
    FunctionRecord *record = engine_find(engine, name);
    return PyErr_Occurred() ? -1 : (int)record_chain_tier(record);
}

static int api_record_call(PyObject *integration, PyObject *name, PyObject *code) {
    Engine *engine = engine_of_object(integration);
    if (!engine || name_check(name, "record_call") < 0) return -1;
    if (!PyCode_Check(code)) {
        PyErr_Format(PyExc_TypeError, "record_call(): code must be a code object, not %.100s",
                     Py_TYPE(code)->tp_name);
        return -1;
    }
    if (!engine->enabled) return TIER_INTERPRETER;
    FunctionRecord *record = engine_obtain(engine, name, (PyCodeObject *)code);
    return record ? (int)engine_record_calls(record, 1) : -1;
}

static int api_get_stats(PyObject *integration, DxpyStats *result) {
    Engine *engine = engine_of_object(integration);
    EngineStats stats;
    if (!engine) return -1;
    engine_get_stats(engine, &stats);
    *result = (DxpyStats){
        .total_calls = stats.calls,
        .compiled_functions = stats.compiled,
        .pending_compiles = stats.pending,
        .total_compiles = stats.compiles,
        .total_loop_iterations = stats.loops,
        .total_exits = stats.exits,
        .compile_ms = stats.compile_ms,
    };
    for (int tier = 0; tier < TIER_COUNT; tier++) {
        result->tier_functions[tier] = stats.functions[tier];
        result->total_functions += stats.functions[tier];
    }
    return 0;
}

static int api_get_hook_counters(DxpyHookCounters *counters) {
    DxpyStats stats;
    if (api_get_stats(NULL, &stats) < 0) return -1;
    *counters = (DxpyHookCounters){
        .installed = hook_is_installed(),
        .functions = stats.total_functions,
        .calls = stats.total_calls,
        .loop_iterations = stats.total_loop_iterations,
        .asks = engine_of_process()->asks,
    };
    return 0;
}

static const DxpyApi api = {
    .version = DXPY_API_VERSION,
    .mapper_of = api_mapper_of,
    .mapper_get_or_create = api_mapper_get_or_create,
    .mapper_get = api_mapper_get,
    .mapper_count = api_mapper_count,
    .mapper_name_of = api_mapper_name_of,
    .integration = api_integration,
    .get_tier = api_get_tier,
    .record_call = api_record_call,
    .get_stats = api_get_stats,
    .get_hook_counters = api_get_hook_counters,
};

PyObject *capi_capsule_new(PyObject *module) { return PyCapsule_New((void *)&api, DXPY_API_CAPSULE, NULL); }
