/* The extension module dxpy._reactor: its state, the operations as functions of the running loop, statistics.
 */
#include "reactor/uvhost.h"

#include "cpython/running_loop.h"

#include <errno.h>

static const char *const name_texts[NAME_COUNT] = {
    [NAME_CALL_SOON] = "call_soon",
    [NAME_CONTEXT] = "context",
    [NAME_CALL_EXCEPTION_HANDLER] = "call_exception_handler",
    [NAME_ADD_READER] = "add_reader",
    [NAME_REMOVE_READER] = "remove_reader",
    [NAME_DRAIN] = "_drain",
    [NAME_TURN] = "_turn",
    [NAME_GET_DEBUG] = "get_debug",
    [NAME_IS_CLOSED] = "is_closed",
    [NAME_MESSAGE] = "message",
    [NAME_EXCEPTION] = "exception",
    [NAME_FUTURE] = "future",
    [NAME_SOURCE_TRACEBACK] = "source_traceback",
    [NAME_CALLBACK] = "callback",
    [NAME_BYTES_WRITTEN] = "bytes_written",
    [NAME_RELEASE] = "release",
    [NAME_DECODE] = "decode",
    [NAME_RESET] = "reset",
    [NAME_AWAIT_FUTURE] = "_await_future",
    [NAME_CALL_LATER] = "call_later",
    [NAME_RETRY] = "_retry",
    [NAME_RUNNING_LOOP] = RUNNING_LOOP_KEY,
};

/* the operations */

#define OP_BY_HAND(...)
#define OP(NAME, name, lane, inlined, cancel, result, params, doc)                                           \
    static PyObject *function_##name(PyObject *module, PyObject *const *arguments, Py_ssize_t count,         \
                                     PyObject *names) {                                                      \
        State *state = state_of_module(module);                                                              \
        Op op = OP_EMPTY(OP_##NAME);                                                                         \
        if (params_parse(state, &op, arguments, count, names) < 0) return NULL;                              \
        Reactor *reactor = reactor_current(state); /* borrowed */                                            \
        if (reactor != NULL) return reactor_submit_steal(reactor, &op);                                      \
        op_release(state, &op);                                                                              \
        return NULL;                                                                                         \
    }
#include "reactor/ops.def"

/* what dxpy.aio sets */

static PyObject *configure(PyObject *module, PyObject *arguments, PyObject *named) {
    static char *names[] = {"errors_by_errno", "io_error",  "dns_error",        "not_initialized",
                            "submit_failed",   "loop_hook", "fallback_reactor", NULL};
    State *state = state_of_module(module);
    PyObject **places[] = {&state->errors_by_errno, &state->io_error,      &state->dns_error,
                           &state->not_initialized, &state->submit_failed, &state->loop_hook,
                           &state->fallback_reactor};
    PyObject *values[7] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(arguments, named, "|$O!OOOOOO:_configure", names, &PyDict_Type,
                                     &values[0], &values[1], &values[2], &values[3], &values[4], &values[5],
                                     &values[6]))
        return NULL;
    for (int i = 0; i < 7; i++)
        if (values[i] != NULL) Py_XSETREF(*places[i], Py_NewRef(values[i]));
    Py_RETURN_NONE;
}

static PyObject *configure_lane(PyObject *module, PyObject *arguments) {
    const char *name;
    int threads;
    Py_ssize_t queue_limit;
    if (!PyArg_ParseTuple(arguments, "sin:_configure_lane", &name, &threads, &queue_limit)) return NULL;
    for (int i = 0; i < LANE_COUNT; i++) {
        if (strcmp(name, lane_names[i]) != 0) continue;
        lane_configure((LaneId)i, threads, (size_t)queue_limit);
        Py_RETURN_NONE;
    }
    PyErr_Format(PyExc_ValueError, "no lane named '%s'", name);
    return NULL;
}

static PyObject *set_when_full(PyObject *module, PyObject *raise) {
    int truth = PyObject_IsTrue(raise);
    if (truth < 0) return NULL;
    state_of_module(module)->raise_when_full = truth;
    Py_RETURN_NONE;
}

static PyObject *set_idle_seconds(PyObject *module, PyObject *value) {
    double seconds = PyFloat_AsDouble(value);
    if (seconds == -1.0 && PyErr_Occurred()) return NULL;
    lane_set_idle_seconds(seconds);
    Py_RETURN_NONE;
}

static PyObject *create_reactor(PyObject *module, PyObject *loop) {
    State *state = state_of_module(module);
    PyObject *method = NULL;
    if (loop != Py_None && _PyObject_LookupAttr(loop, state->names[NAME_ADD_READER], &method) < 0)
        return NULL;
    if (loop != Py_None && method == NULL)
        return PyErr_Format(PyExc_TypeError, "an event loop or None is needed, not %.200s",
                            Py_TYPE(loop)->tp_name);
    Py_XDECREF(method);
    Reactor *reactor = loop == Py_None ? reactor_current(state) : reactor_for_loop(state, loop);
    return Py_XNewRef((PyObject *)reactor);
}

/* statistics */

static PyObject *op_stats(const OpStats *stats) {
    PyObject *latency = PyTuple_New(LATENCY_BUCKETS);
    if (latency == NULL) return NULL;
    for (int i = 0; i < LATENCY_BUCKETS; i++) {
        PyObject *count = PyLong_FromUnsignedLongLong(stats->latency[i]);
        if (count == NULL) {
            Py_DECREF(latency);
            return NULL;
        }
        PyTuple_SET_ITEM(latency, i, count);
    }
    return Py_BuildValue("{s:K,s:K,s:K,s:K,s:K,s:K,s:N}", "submitted", stats->submitted, "inline",
                         stats->inlined, "queued", stats->queued, "completed", stats->completed, "cancelled",
                         stats->cancelled, "errors", stats->errors, "latency", latency);
}

static PyObject *raw_stats(PyObject *module, PyObject *unused) {
    State *state = state_of_module(module);
    PyObject *ops = PyDict_New(), *lanes = PyDict_New();
    if (ops == NULL || lanes == NULL) goto error;
    reactors_sweep(state);
    for (int i = 0; i < OP_COUNT; i++) {
        PyObject *one = op_stats(&state->stats[i]);
        if (one == NULL || PyDict_SetItemString(ops, op_table[i].name, one) < 0) {
            Py_XDECREF(one);
            goto error;
        }
        Py_DECREF(one);
    }
    for (int i = 0; i < LANE_COUNT; i++) {
        LaneStats lane;
        lane_stats((LaneId)i, &lane);
        PyObject *one = Py_BuildValue("{s:n,s:n,s:n,s:n,s:n,s:i,s:i}", "queued", lane.queued, "running",
                                      lane.running, "limit", lane.limit, "queue_limit", lane.queue_limit,
                                      "peak", lane.peak, "threads", lane.threads, "idle", lane.idle);
        if (one == NULL || PyDict_SetItemString(lanes, lane_names[i], one) < 0) {
            Py_XDECREF(one);
            goto error;
        }
        Py_DECREF(one);
    }
    return Py_BuildValue("{s:N,s:N,s:l,s:n}", "ops", ops, "lanes", lanes, "live_ops", state->live_ops,
                         "reactors", PyDict_GET_SIZE(state->reactors));
error:
    Py_XDECREF(ops);
    Py_XDECREF(lanes);
    return NULL;
}

static PyObject *reset_stats(PyObject *module, PyObject *unused) {
    State *state = state_of_module(module);
    memset(state->stats, 0, sizeof state->stats);
    Py_RETURN_NONE;
}

static PyObject *table(PyObject *module, PyObject *unused) {
    State *state = state_of_module(module);
    PyObject *rows = PyList_New(0);
    for (int i = 0; rows != NULL && i < OP_COUNT; i++) {
        const OpInfo *info = &op_table[i];
        PyObject *signature = params_signature(state, (OpKind)i);
        PyObject *row = signature ? Py_BuildValue("{s:s,s:N,s:s,s:O,s:s,s:s,s:i}", "name", info->name,
                                                  "signature", signature, "lane", lane_names[info->lane],
                                                  "inline", info->inlines ? Py_True : Py_False, "cancel",
                                                  info->cancel == CANCEL_WAIT ? "wait" : "abandon", "doc",
                                                  info->doc, "number", i)
                                  : NULL;
        if (row == NULL || PyList_Append(rows, row) < 0) Py_CLEAR(rows);
        Py_XDECREF(row);
    }
    return rows;
}

static PyMethodDef module_methods[] = {
#define OP_BY_HAND(...)
#define OP(NAME, name, lane, inlined, cancel, result, params, doc)                                           \
    {#name, (PyCFunction)(void (*)(void))function_##name, METH_FASTCALL | METH_KEYWORDS, doc},
#include "reactor/ops.def"
    {"_connect_tcp", connect_tcp, METH_VARARGS, NULL},
    {"_connect_unix", connect_unix, METH_VARARGS, NULL},
    {"_stream_open", stream_open, METH_VARARGS, NULL},
    {"_listen_tcp", listen_tcp, METH_VARARGS, NULL},
    {"_listen_unix", listen_unix, METH_VARARGS, NULL},
    {"create_reactor", create_reactor, METH_O, "The reactor of a loop; None: of the running one."},
    {"_configure", (PyCFunction)(void (*)(void))configure, METH_VARARGS | METH_KEYWORDS, NULL},
    {"_configure_lane", configure_lane, METH_VARARGS, NULL},
    {"_raise_when_full", set_when_full, METH_O, NULL},
    {"_set_idle_seconds", set_idle_seconds, METH_O, NULL},
    {"_stats", raw_stats, METH_NOARGS, NULL},
    {"_reset_stats", reset_stats, METH_NOARGS, NULL},
    {"_table", table, METH_NOARGS, "The rows of ops.def as dictionaries."},
    {NULL},
};

/* life */

static PyObject *import_from(const char *module_name, const char *name) {
    PyObject *module = PyImport_ImportModule(module_name);
    PyObject *value = module ? PyObject_GetAttrString(module, name) : NULL;
    Py_XDECREF(module);
    return value;
}

static int add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **place) {
    *place = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *place == NULL ? -1 : PyModule_AddType(module, *place);
}

static int add_types(PyObject *module, State *state) {
    struct {
        PyType_Spec *spec;
        PyTypeObject **place;
    } types[] = {
        {&future_spec, &state->future_type}, {&reactor_spec, &state->reactor_type},
        {&file_spec, &state->file_type},     {&line_spec, &state->line_type},
        {&buffer_spec, &state->buffer_type}, {&stream_spec, &state->stream_type},
        {&server_spec, &state->server_type}, {&watcher_spec, &state->watcher_type},
        {&pool_spec, &state->pool_type},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (add_type(module, types[i].spec, types[i].place) < 0) return -1;
    return 0;
}

static int module_exec(PyObject *module) {
    State *state = state_of_module(module);
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        PyErr_SetString(
            PyExc_ImportError,
            "dxpy.aio works in the main interpreter only: its worker threads are one set per process");
        return -1;
    }
    if (lanes_prepare() != 0) {
        PyErr_NoMemory();
        return -1;
    }
    for (int i = 0; i < NAME_COUNT; i++)
        if ((state->names[i] = PyUnicode_InternFromString(name_texts[i])) == NULL) return -1;
    state->get_running_loop = import_from("asyncio.events", "_get_running_loop");
    state->cancelled_error = import_from("asyncio.exceptions", "CancelledError");
    state->invalid_state_error = import_from("asyncio.exceptions", "InvalidStateError");
    state->stat_result = (PyTypeObject *)import_from("os", "stat_result");
    state->decoder_class = import_from("io", "IncrementalNewlineDecoder");
    state->get_incremental_decoder = import_from("codecs", "getincrementaldecoder");
    int known = running_loop_is_known(state->names[NAME_RUNNING_LOOP]);
    if (known < 0) return -1;
    state->looks_at_loop = known;
    state->reactors = PyDict_New();
    state->errors_by_errno = PyDict_New();
    state->io_error = Py_NewRef(PyExc_OSError);
    state->dns_error = Py_NewRef(PyExc_OSError);
    state->not_initialized = Py_NewRef(PyExc_RuntimeError);
    state->submit_failed = Py_NewRef(PyExc_RuntimeError);
    if (!state->get_running_loop || !state->cancelled_error || !state->invalid_state_error ||
        !state->stat_result || !state->decoder_class || !state->get_incremental_decoder || !state->reactors ||
        !state->errors_by_errno)
        return -1;
    return params_init(state) < 0 ? -1 : add_types(module, state);
}

static int visit_types(State *state, visitproc visit, void *arg) {
    Py_VISIT(state->future_type);
    Py_VISIT(state->reactor_type);
    Py_VISIT(state->file_type);
    Py_VISIT(state->line_type);
    Py_VISIT(state->buffer_type);
    Py_VISIT(state->stream_type);
    Py_VISIT(state->server_type);
    Py_VISIT(state->watcher_type);
    Py_VISIT(state->pool_type);
    return 0;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg) {
    State *state = state_of_module(module);
    Py_VISIT(state->get_running_loop);
    Py_VISIT(state->fallback_reactor);
    Py_VISIT(state->reactors);
    Py_VISIT(state->loop_hook);
    Py_VISIT(state->errors_by_errno);
    Py_VISIT(state->io_error);
    Py_VISIT(state->dns_error);
    Py_VISIT(state->not_initialized);
    Py_VISIT(state->submit_failed);
    Py_VISIT(state->cancelled_error);
    Py_VISIT(state->invalid_state_error);
    Py_VISIT(state->stat_result);
    Py_VISIT(state->decoder_class);
    Py_VISIT(state->get_incremental_decoder);
    return visit_types(state, visit, arg);
}

static int module_clear(PyObject *module) {
    State *state = state_of_module(module);
    state->last_loop = NULL;
    state->last_reactor = NULL;
    Py_CLEAR(state->get_running_loop);
    Py_CLEAR(state->fallback_reactor);
    Py_CLEAR(state->reactors);
    Py_CLEAR(state->loop_hook);
    Py_CLEAR(state->errors_by_errno);
    Py_CLEAR(state->io_error);
    Py_CLEAR(state->dns_error);
    Py_CLEAR(state->not_initialized);
    Py_CLEAR(state->submit_failed);
    Py_CLEAR(state->cancelled_error);
    Py_CLEAR(state->invalid_state_error);
    Py_CLEAR(state->stat_result);
    Py_CLEAR(state->decoder_class);
    Py_CLEAR(state->get_incremental_decoder);
    futures_free(state);
    Py_CLEAR(state->future_type);
    Py_CLEAR(state->reactor_type);
    Py_CLEAR(state->file_type);
    Py_CLEAR(state->line_type);
    Py_CLEAR(state->buffer_type);
    Py_CLEAR(state->stream_type);
    Py_CLEAR(state->server_type);
    Py_CLEAR(state->watcher_type);
    Py_CLEAR(state->pool_type);
    return 0;
}

static void module_free(void *module) {
    State *state = state_of_module(module);
    for (int i = 0; i < NAME_COUNT; i++) Py_CLEAR(state->names[i]);
    params_free(state);
    while (state->pooled > 0) PyMem_RawFree(state->pool[--state->pooled].data);
    module_clear(module);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

struct PyModuleDef reactor_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "dxpy._reactor",
    .m_doc = "The reactor in C; dxpy.aio is its public face.",
    .m_size = sizeof(State),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__reactor(void) { return PyModuleDef_Init(&reactor_module); }
