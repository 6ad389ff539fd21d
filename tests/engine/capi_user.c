/* A small extension that uses dxpy's C API, built and driven by test_capi.py. */
#define PY_SSIZE_T_CLEAN
#include <dxpy.h>

#include <pthread.h>
#include <stdio.h>

static const DxpyApi *api;

static PyObject *version(PyObject *module, PyObject *unused) { return PyLong_FromLong(api->version); }

static PyObject *get_or_create(PyObject *module, PyObject *args) {
    PyObject *object;
    const char *name;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(args, "Oy#", &object, &name, &length)) return NULL;
    DxpyMapper *mapper = api->mapper_of(object);
    return mapper ? PyLong_FromLongLong(api->mapper_get_or_create(mapper, name, (size_t)length)) : NULL;
}

static PyObject *get(PyObject *module, PyObject *args) {
    PyObject *object;
    const char *name;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(args, "Oy#", &object, &name, &length)) return NULL;
    DxpyMapper *mapper = api->mapper_of(object);
    return mapper ? PyLong_FromLongLong(api->mapper_get(mapper, name, (size_t)length)) : NULL;
}

static PyObject *name_of(PyObject *module, PyObject *args) {
    PyObject *object;
    long long id;
    if (!PyArg_ParseTuple(args, "OL", &object, &id)) return NULL;
    DxpyMapper *mapper = api->mapper_of(object);
    return mapper ? api->mapper_name_of(mapper, id) : NULL;
}

enum { THREADS = 8 };

typedef struct Hammer {
    pthread_t thread;
    DxpyMapper *mapper;
    int names;
    long long sum; /* of the ids that this thread got */
} Hammer;

/* Runs without the GIL. */
static void *hammer_names(void *arg) {
    Hammer *hammer = arg;
    char name[32];
    for (int i = 0; i < hammer->names; i++) {
        int length = snprintf(name, sizeof name, "name %d", i);
        hammer->sum += api->mapper_get_or_create(hammer->mapper, name, (size_t)length);
    }
    return NULL;
}

/* The sum of ids that each of THREADS threads got for the same names, as a list. */
static PyObject *hammer(PyObject *module, PyObject *args) {
    PyObject *object;
    int names;
    Hammer hammers[THREADS] = {0};
    if (!PyArg_ParseTuple(args, "Oi", &object, &names)) return NULL;
    DxpyMapper *mapper = api->mapper_of(object);
    if (!mapper) return NULL;
    Py_BEGIN_ALLOW_THREADS;
    for (int i = 0; i < THREADS; i++) {
        hammers[i].mapper = mapper;
        hammers[i].names = names;
        pthread_create(&hammers[i].thread, NULL, hammer_names, &hammers[i]);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(hammers[i].thread, NULL);
    Py_END_ALLOW_THREADS;
    PyObject *sums = PyList_New(0);
    for (int i = 0; sums && i < THREADS; i++) {
        PyObject *sum = PyLong_FromLongLong(hammers[i].sum);
        PyList_Append(sums, sum);
        Py_DECREF(sum);
    }
    return sums;
}

static PyObject *integration(PyObject *module, PyObject *unused) { return api->integration(); }

static PyObject *engine_or_null(PyObject *object) { return object == Py_None ? NULL : object; }

static PyObject *get_tier(PyObject *module, PyObject *args) {
    PyObject *engine, *name;
    if (!PyArg_ParseTuple(args, "OO", &engine, &name)) return NULL;
    int tier = api->get_tier(engine_or_null(engine), name);
    return tier < 0 ? NULL : PyLong_FromLong(tier);
}

static PyObject *record_call(PyObject *module, PyObject *args) {
    PyObject *engine, *name, *code;
    if (!PyArg_ParseTuple(args, "OOO", &engine, &name, &code)) return NULL;
    int tier = api->record_call(engine_or_null(engine), name, code);
    return tier < 0 ? NULL : PyLong_FromLong(tier);
}

static PyObject *stats(PyObject *module, PyObject *engine) {
    DxpyStats stats;
    if (api->get_stats(engine_or_null(engine), &stats) < 0) return NULL;
    const uint64_t *tiers = stats.tier_functions;
    return Py_BuildValue("(KKKKKKKKKdKK)", stats.total_functions, stats.total_calls, tiers[0], tiers[1], tiers[2],
                         tiers[3], stats.compiled_functions, stats.pending_compiles, stats.total_compiles,
                         stats.compile_ms, stats.total_loop_iterations, stats.total_exits);
}

static PyObject *hook_counters(PyObject *module, PyObject *unused) {
    DxpyHookCounters counters;
    if (api->get_hook_counters(&counters) < 0) return NULL;
    return Py_BuildValue("(iKKKK)", counters.installed, counters.functions, counters.calls, counters.loop_iterations,
                         counters.asks);
}

static PyMethodDef functions[] = {
    {"version", version, METH_NOARGS},
    {"get_or_create", get_or_create, METH_VARARGS},
    {"get", get, METH_VARARGS},
    {"name_of", name_of, METH_VARARGS},
    {"hammer", hammer, METH_VARARGS},
    {"integration", integration, METH_NOARGS},
    {"get_tier", get_tier, METH_VARARGS},
    {"record_call", record_call, METH_VARARGS},
    {"stats", stats, METH_O},
    {"hook_counters", hook_counters, METH_NOARGS},
    {NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "capi_user", .m_size = -1, .m_methods = functions};

PyMODINIT_FUNC PyInit_capi_user(void) {
    api = dxpy_import();
    return api ? PyModule_Create(&definition) : NULL;
}
