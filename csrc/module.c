/* dxpy._jit: the module's state and functions. Everything that users call stands in the package dxpy. */
#include "runtime/rt.h"

#include "cpython/hook.h"
#include "cpython/top.h"
#include "cpython/version.h"
#include "jit/code_memory.h"
#include "jit/options.h"
#include "jit/reasons.h"
#include "jit/sampler.h"
#include "jit/state.h"
#include "jit/warm.h"
#include "jit/worker.h"

/* "" when this may be enabled, else why not: another CPython than the one built for. */
static PyObject *jit_problem(PyObject *module, PyObject *unused) {
    char message[256] = "";
    version_check(message, sizeof message);
    return PyUnicode_FromString(message);
}

static int refuse_wrong_version(ModuleState *state) {
    char message[256];
    if (version_check(message, sizeof message)) return 0;
    PyErr_SetString(state->jit_disabled, message);
    return -1;
}

static PyObject *jit_configure(PyObject *module, PyObject *args) {
    PyObject *values, *sources = NULL; // borrowed
    if (!PyArg_ParseTuple(args, "O!|O!:configure", &PyDict_Type, &values, &PyDict_Type, &sources))
        return NULL;
    Engine *engine = engine_of_process();
    if (!engine || options_configure(values, sources) < 0) return NULL;
    engine_apply_options(engine);
    Py_RETURN_NONE;
}

static PyObject *jit_options_table(PyObject *module, PyObject *unused) { return options_table(); }

static PyObject *jit_reasons(PyObject *module, PyObject *unused) {
    static const char *const kinds[] = {"bail", "fault", "exit"};
    PyObject *list = PyList_New(0);
    for (int i = 0; list && i < REASON_COUNT; i++) {
        const ReasonRow *row = &reason_table[i];
        PyObject *tuple = Py_BuildValue("(sss)", row->name, kinds[row->kind], row->message);
        if (!tuple || PyList_Append(list, tuple) < 0) Py_CLEAR(list);
        Py_XDECREF(tuple);
    }
    return list;
}

static PyObject *jit_enable(PyObject *module, PyObject *unused) {
    Engine *engine = engine_of_process();
    if (!engine || refuse_wrong_version(state_of_module(module)) < 0 || engine_set_enabled(engine, true) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *jit_disable(PyObject *module, PyObject *unused) {
    Engine *engine = engine_of_process();
    if (!engine || engine_set_enabled(engine, false) < 0) return NULL;
    Py_RETURN_NONE;
}

static PyObject *jit_is_enabled(PyObject *module, PyObject *unused) {
    Engine *engine = engine_of_process();
    return engine ? PyBool_FromLong(engine->enabled) : NULL;
}

static PyObject *jit_integration(PyObject *module, PyObject *unused) {
    return Py_XNewRef(integration_of_process(module));
}

static int check_function(PyObject *function, const char *what) {
    if (PyFunction_Check(function)) return 0;
    PyErr_Format(PyExc_TypeError, "%s: expected a Python function, not %.100s", what,
                 Py_TYPE(function)->tp_name);
    return -1;
}

/* compile_function(function, tier); tier 0: the best one at which it does not bail. */
static PyObject *jit_compile_function(PyObject *module, PyObject *args) {
    PyObject *function; // borrowed
    Tier tier;
    Refusal refusal = {NULL};
    ModuleState *state = state_of_module(module);
    if (!PyArg_ParseTuple(args, "OO&:compile_function", &function, tier_from_python, &tier) ||
        check_function(function, "jit()") < 0 || refuse_wrong_version(state) < 0)
        return NULL;
    FunctionRecord *record = engine_obtain_for_function(function);
    if (!record || hook_install() < 0) return NULL;
    PyCodeObject *code = (PyCodeObject *)Py_NewRef(record->code);
    Tier lowest = tier == TIER_INTERPRETER ? TIER_BASELINE : tier;
    if (tier == TIER_INTERPRETER)
        tier = Py_MAX(TIER_BASELINE, Py_MIN(record->engine->max_tier, (Tier)record->ceiling));
    record_pin(record);
    bool ok = engine_compile(record, tier, code, &refusal);
    while (!ok && tier > lowest && record->ceiling < tier)
        ok = engine_compile(record, --tier, code, &refusal);
    if (!ok) raise_compilation_failed(state, record->name, tier, &refusal);
    Py_DECREF(code);
    record_unpin(record);
    if (!ok) return NULL;
    Py_RETURN_NONE;
}

static PyObject *jit_set_nojit(PyObject *module, PyObject *function) {
    if (check_function(function, "nojit()") < 0) return NULL;
    FunctionRecord *record = engine_obtain_for_function(function);
    if (!record) return NULL;
    engine_set_nojit(record);
    Py_RETURN_NONE;
}

static PyObject *jit_describe(PyObject *module, PyObject *code) {
    if (!PyCode_Check(code))
        return PyErr_Format(PyExc_TypeError, "describe(): expected a code object, not %.100s",
                            Py_TYPE(code)->tp_name);
    FunctionRecord *record = hook_find_record((PyCodeObject *)code); // borrowed
    if (!record) Py_RETURN_NONE;
    return record_to_dict(record);
}

static PyObject *jit_sites(PyObject *module, PyObject *code) {
    if (!PyCode_Check(code))
        return PyErr_Format(PyExc_TypeError, "sites(): expected a code object, not %.100s",
                            Py_TYPE(code)->tp_name);
    FunctionRecord *record = hook_find_record((PyCodeObject *)code); // borrowed
    return record != NULL ? compile_describe_sites(record) : PyList_New(0);
}

static PyObject *jit_lines(PyObject *module, PyObject *args) {
    PyObject *code, *function; // borrowed
    if (!PyArg_ParseTuple(args, "O!O:lines", &PyCode_Type, &code, &function) ||
        (function != Py_None && check_function(function, "lines()") < 0))
        return NULL;
    FunctionRecord *record = hook_find_record((PyCodeObject *)code); // borrowed
    return record != NULL ? compile_describe_lines(record, function) : Py_BuildValue("([]{})");
}

static PyObject *jit_dump(PyObject *module, PyObject *args) {
    PyObject *function; // borrowed
    const char *stage;
    if (!PyArg_ParseTuple(args, "Os:dump", &function, &stage) || check_function(function, "dump()") < 0)
        return NULL;
    FunctionRecord *record = engine_obtain_for_function(function);
    if (!record) return NULL;
    PyObject *code = Py_NewRef(record->code);
    record_pin(record);
    PyObject *text = compile_dump(record, function, stage);
    if (!text && !PyErr_Occurred()) {
        Refusal refusal = {record->bail_reason};
        snprintf(refusal.message, sizeof refusal.message, "%s", record->bail_message);
        raise_compilation_failed(state_of_module(module), record->name,
                                 Py_MAX(TIER_BASELINE, (Tier)record->tier), &refusal);
    }
    Py_DECREF(code);
    record_unpin(record);
    return text;
}

static PyObject *jit_lower_code(PyObject *module, PyObject *args) {
    PyCodeObject *code; // borrowed
    Tier tier;
    int with_text = 0;
    if (!PyArg_ParseTuple(args, "O!O&|p:lower_code", &PyCode_Type, &code, tier_from_python, &tier,
                          &with_text))
        return NULL;
    if (tier == TIER_INTERPRETER)
        return PyErr_Format(PyExc_ValueError, "lower_code(): tier must be 1, 2 or 3");
    return compile_lower(code, tier, with_text);
}

/* --- running a program, for `dxpy run` --- */

static PyObject *jit_run_file(PyObject *module, PyObject *path) {
    PyObject *bytes = NULL;
    if (!PyUnicode_FSConverter(path, &bytes)) return NULL;
    FILE *file = fopen(PyBytes_AS_STRING(bytes), "rbe");
    if (!file) {
        Py_DECREF(bytes);
        return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
    }
    int status = top_run_file(file, PyBytes_AS_STRING(bytes));
    Py_DECREF(bytes);
    return PyLong_FromLong(status);
}

static PyObject *jit_run_stdin(PyObject *module, PyObject *unused) {
    return PyLong_FromLong(top_run_file(stdin, "<stdin>"));
}

static PyObject *jit_run_string(PyObject *module, PyObject *source) {
    const char *text = PyUnicode_AsUTF8(source);
    return text ? PyLong_FromLong(top_run_string(text)) : NULL;
}

static PyObject *jit_run_call(PyObject *module, PyObject *args) {
    PyObject *call, *arguments; // borrowed
    if (!PyArg_ParseTuple(args, "OO!:run_call", &call, &PyTuple_Type, &arguments)) return NULL;
    int status = top_run_call(call, arguments);
    if (status == TOP_INTERRUPTED) Py_RETURN_NONE;
    return PyLong_FromLong(status);
}

/* Before the interpreter goes: no compile is worth waiting for any more. */
static PyObject *jit_stop(PyObject *module, PyObject *unused) {
    warm_stop();
    sampler_stop_for_good();
    Py_BEGIN_ALLOW_THREADS worker_stop();
    Py_END_ALLOW_THREADS Py_RETURN_NONE;
}

static PyObject *jit_cache_info(PyObject *module, PyObject *unused) { return cache_info_to_python(); }
static PyObject *jit_cache_entries(PyObject *module, PyObject *unused) { return cache_entries_to_python(); }
static PyObject *jit_cache_clear(PyObject *module, PyObject *unused) { return cache_clear_to_python(); }
static PyObject *jit_cache_probe(PyObject *module, PyObject *unused) { return cache_probe_to_python(); }
static PyObject *jit_code_memory_problem(PyObject *module, PyObject *unused) {
    int error = code_memory_problem();
    return PyUnicode_FromString(error ? strerror(error) : "");
}
static PyObject *jit_cache_add(PyObject *module, PyObject *args) { return cache_add_to_python(args); }
static PyObject *jit_cache_world(PyObject *module, PyObject *unused) { return cache_world_to_python(); }
static PyObject *jit_cache_index(PyObject *module, PyObject *unused) { return cache_index_to_python(); }
static PyObject *jit_cache_index_add(PyObject *module, PyObject *args) {
    return cache_index_add_to_python(args);
}

static PyMethodDef functions[] = {
    {"problem", jit_problem, METH_NOARGS, "problem()\n--\n\nWhy this can not be enabled; \"\" when it can."},
    {"configure", jit_configure, METH_VARARGS,
     "configure(values, sources={}, /)\n--\n\nSet options, all or nothing; sources name where a value came "
     "from."},
    {"options_table", jit_options_table, METH_NOARGS,
     "options_table()\n--\n\nList of (name, type, default, environment, flag, doc, takes, value)."},
    {"reasons", jit_reasons, METH_NOARGS,
     "reasons()\n--\n\nList of (name, kind, message): bail, fault and exit reasons."},
    {"enable", jit_enable, METH_NOARGS,
     "enable()\n--\n\nPut the frame hook in. JitDisabled or RuntimeError says why not."},
    {"disable", jit_disable, METH_NOARGS, "disable()\n--\n\nTake the frame hook out."},
    {"is_enabled", jit_is_enabled, METH_NOARGS,
     "is_enabled()\n--\n\nWhether the process's engine is enabled."},
    {"integration", jit_integration, METH_NOARGS, "integration()\n--\n\nThe process's JitIntegration."},
    {"compile_function", jit_compile_function, METH_VARARGS,
     "compile_function(function, tier, /)\n--\n\nCompile now; tier 0: the best one possible. "
     "CompilationFailed "
     "says why not."},
    {"set_nojit", jit_set_nojit, METH_O, "set_nojit(function, /)\n--\n\nNever compile it; drop its code."},
    {"describe", jit_describe, METH_O,
     "describe(code, /)\n--\n\nWhat is known of a code object: dict, or None."},
    {"sites", jit_sites, METH_O,
     "sites(code, /)\n--\n\nOwners of attributes, by site: list of (line, name, classes, state)."},
    {"lines", jit_lines, METH_VARARGS,
     "lines(code, function, /)\n--\n\nWhat is assumed and put in line where: list of (offset, kind, name), "
     "dict "
     "of functions that calls stay calls of."},
    {"dump", jit_dump, METH_VARARGS, "dump(function, stage, /)\n--\n\nText of a compile stage."},
    {"lower_code", jit_lower_code, METH_VARARGS,
     "lower_code(code, tier, text=False, /)\n--\n\nDecode and lower, nothing more: (bail reason or None, its "
     "message, microseconds, IR text if asked for)."},
    {"run_file", jit_run_file, METH_O,
     "run_file(path, /)\n--\n\nRun a script as python does, in __main__; its exit status. OSError: it cannot "
     "be read."},
    {"run_stdin", jit_run_stdin, METH_NOARGS, "run_stdin()\n--\n\nLikewise, from standard input."},
    {"run_string", jit_run_string, METH_O, "run_string(source, /)\n--\n\nLikewise, as for `python -c`."},
    {"run_call", jit_run_call, METH_VARARGS,
     "run_call(function, arguments, /)\n--\n\nCall with no frame below, print the exception it leaves; its "
     "exit status."},
    {"stop", jit_stop, METH_NOARGS,
     "stop()\n--\n\nBefore the interpreter ends: end the sampler and the compiler worker."},
    {"cache_info", jit_cache_info, METH_NOARGS, "cache_info()\n--\n\nThe code cache on disk, as a dict."},
    {"cache_entries", jit_cache_entries, METH_NOARGS,
     "cache_entries()\n--\n\nIts entries; after cache_info(): list of (key, object, unit, bytes, age in "
     "seconds)."},
    {"cache_clear", jit_cache_clear, METH_NOARGS,
     "cache_clear()\n--\n\nRemove all entries; after cache_info(). Whether all are gone."},
    {"cache_probe", jit_cache_probe, METH_NOARGS,
     "cache_probe()\n--\n\nAfter cache_info(): (why nothing can be stored or \"\", whether locks are "
     "missing)."},
    {"code_memory_problem", jit_code_memory_problem, METH_NOARGS,
     "code_memory_problem()\n--\n\nWhy the system makes no memory executable, or \"\"."},
    {"cache_add", jit_cache_add, METH_VARARGS,
     "cache_add(path, keys, /)\n--\n\nMove an object file into the cache; a key or None for each unit. "
     "Whether it "
     "was stored."},
    {"cache_world", jit_cache_world, METH_NOARGS,
     "cache_world()\n--\n\nWhat compiled code depends on: dict of name, build, cpu, python."},
    {"cache_index", jit_cache_index, METH_NOARGS,
     "cache_index()\n--\n\nAfter cache_info(): list of (name, tier, ceiling, reason, keys by tier, saved, "
     "hint, id, "
     "body)."},
    {"cache_index_add", jit_cache_index_add, METH_VARARGS,
     "cache_index_add(hint, id, body, /)\n--\n\nAppend a record. Whether it made sense and was written."},
    {NULL},
};

/* --- the module --- */

static int refuse_sub_interpreter(void) {
    if (PyInterpreterState_Get() == PyInterpreterState_Main()) return 0;
    PyErr_SetString(
        PyExc_ImportError,
        "dxpy works in the main interpreter only: its frame hook and compiled code are one per process");
    return -1;
}

/* An exception of the package dxpy, added to the module; new ref. */
static PyObject *add_error(PyObject *module, const char *name, const char *doc, PyObject *base) {
    char full[64];
    snprintf(full, sizeof full, "dxpy.%s", name);
    PyObject *error = PyErr_NewExceptionWithDoc(full, doc, base, NULL);
    if (error && PyModule_AddObjectRef(module, name, error) < 0) Py_CLEAR(error);
    return error;
}

static int add_errors(PyObject *module, ModuleState *state) {
    state->jit_error = add_error(module, "JitError", "What dxpy's just-in-time compiler raises.", NULL);
    if (!state->jit_error) return -1;
    state->jit_disabled =
        add_error(module, "JitDisabled", "Asked of an engine that is disabled.", state->jit_error);
    state->compilation_failed = add_error(module, "CompilationFailed",
                                          "A function was not compiled; `reason` is a name from "
                                          "dxpy._jit.reasons(), `function` the function's.",
                                          state->jit_error);
    state->deopt_failed =
        add_error(module, "DeoptFailed", "There is nothing to deoptimize.", state->jit_error);
    state->osr_failed = add_error(module, "OsrFailed", "There is no OSR entry to enter.", state->jit_error);
    return state->jit_disabled && state->compilation_failed && state->deopt_failed && state->osr_failed ? 0
                                                                                                        : -1;
}

static int add_types(PyObject *module, ModuleState *state) {
    state->integration_type = integration_type_new(module);
    state->mapper_type = mapper_type_new(module);
    state->stats_type = stats_type_new();
    state->profile_type = profile_type_new();
    PyTypeObject *types[] = {state->integration_type, state->mapper_type, state->stats_type,
                             state->profile_type};
    for (int i = 0; i < 4; i++) {
        if (!types[i] || PyModule_AddType(module, types[i]) < 0) return -1;
    }
    return 0;
}

static int jit_exec(PyObject *module) {
    ModuleState *state = state_of_module(module);
    if (refuse_sub_interpreter() < 0 || options_prepare() < 0 || hook_prepare() < 0) return -1;
    rt_call_prepare();
    rt_prepare_replaced();
    if (add_errors(module, state) < 0 || add_types(module, state) < 0) return -1;
    PyObject *capsule = capi_capsule_new(module);
    int failed = capsule ? PyModule_AddObjectRef(module, "_C_API", capsule) : -1;
    Py_XDECREF(capsule);
    return failed;
}

static int jit_traverse(PyObject *module, visitproc visit, void *arg) {
    ModuleState *state = state_of_module(module);
    Py_VISIT(state->integration_type);
    Py_VISIT(state->mapper_type);
    Py_VISIT(state->stats_type);
    Py_VISIT(state->profile_type);
    Py_VISIT(state->jit_error);
    Py_VISIT(state->jit_disabled);
    Py_VISIT(state->compilation_failed);
    Py_VISIT(state->deopt_failed);
    Py_VISIT(state->osr_failed);
    for (int tier = 0; tier < TIER_COUNT; tier++) Py_VISIT(state->tiers[tier]);
    Py_VISIT(state->integration);
    return 0;
}

static int jit_clear(PyObject *module) {
    ModuleState *state = state_of_module(module);
    Py_CLEAR(state->integration_type);
    Py_CLEAR(state->mapper_type);
    Py_CLEAR(state->stats_type);
    Py_CLEAR(state->profile_type);
    Py_CLEAR(state->jit_error);
    Py_CLEAR(state->jit_disabled);
    Py_CLEAR(state->compilation_failed);
    Py_CLEAR(state->deopt_failed);
    Py_CLEAR(state->osr_failed);
    for (int tier = 0; tier < TIER_COUNT; tier++) Py_CLEAR(state->tiers[tier]);
    Py_CLEAR(state->integration);
    return 0;
}

static void jit_free(void *module) { jit_clear(module); }

static PyModuleDef_Slot slots[] = {{Py_mod_exec, jit_exec}, {0, NULL}};

struct PyModuleDef jit_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "dxpy._jit",
    .m_doc = "The tiered just-in-time compiler behind the package dxpy.",
    .m_size = sizeof(ModuleState),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = jit_traverse,
    .m_clear = jit_clear,
    .m_free = jit_free,
};

PyMODINIT_FUNC PyInit__jit(void) { return PyModuleDef_Init(&jit_module); }
