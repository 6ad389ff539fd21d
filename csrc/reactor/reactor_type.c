/* The Reactor type: every operation of the table as a method. */
#include "reactor/uvhost.h"

#include <structmember.h>

#define OP_BY_HAND(...)
#define OP(NAME, name, lane, inlined, cancel, result, params, doc)                                           \
    static PyObject *method_##name(Reactor *reactor, PyObject *const *arguments, Py_ssize_t count,           \
                                   PyObject *names) {                                                        \
        Op op = OP_EMPTY(OP_##NAME);                                                                         \
        if (reactor_check_here(reactor, "reactor", false) < 0) return NULL;                                  \
        if (params_parse(reactor->state, &op, arguments, count, names) < 0) return NULL;                     \
        return reactor_submit_steal(reactor, &op);                                                           \
    }
#include "reactor/ops.def"

static PyObject *reactor_close_method(Reactor *reactor, PyObject *unused) {
    if (!reactor->closed && reactor->generation == fork_generation() && reactor_check(reactor) < 0)
        return NULL;
    reactor_close(reactor);
    Py_RETURN_NONE;
}

static PyObject *reactor_pending(Reactor *reactor, PyObject *unused) {
    return PyLong_FromSize_t(reactor->pending);
}

static PyObject *get_reactor_loop(Reactor *reactor, void *unused) { return reactor_loop(reactor); }

static PyObject *get_closed(Reactor *reactor, void *unused) { return PyBool_FromLong(reactor->closed); }

static int reactor_traverse(Reactor *reactor, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(reactor));
    Py_VISIT(reactor->loop_ref);
    Py_VISIT(reactor->guard);
    return 0;
}

static int reactor_clear(Reactor *reactor) {
    Py_CLEAR(reactor->guard);
    return 0;
}

static void reactor_finalize(Reactor *reactor) {
    if (reactor->loop_ref != NULL) reactor_close(reactor);
}

static void reactor_dealloc(Reactor *reactor) {
    // Closing with operations under way keeps the reactor alive until they have ended.
    if (PyObject_CallFinalizerFromDealloc((PyObject *)reactor) < 0) return;
    PyTypeObject *type = Py_TYPE(reactor);
    PyObject_GC_UnTrack(reactor);
    if (reactor->weakrefs != NULL) PyObject_ClearWeakRefs((PyObject *)reactor);
    while (reactor->ready_head != NULL) {
        PyFuture *future = reactor->ready_head;
        reactor->ready_head = future->ready_next;
        Py_DECREF(future);
    }
    Py_CLEAR(reactor->guard);
    Py_CLEAR(reactor->loop_ref);
    if (reactor->channel != NULL && reactor->generation == fork_generation())
        channel_release(reactor->channel);
    type->tp_free(reactor);
    Py_DECREF(type);
}

static PyMethodDef reactor_methods[] = {
#define OP_BY_HAND(...)
#define OP(NAME, name, lane, inlined, cancel, result, params, doc)                                           \
    {#name, (PyCFunction)(void (*)(void))method_##name, METH_FASTCALL | METH_KEYWORDS, doc},
#include "reactor/ops.def"
    {"close", (PyCFunction)reactor_close_method, METH_NOARGS,
     "Cancel what has not run, leave what runs to end by itself, and take the reactor out of its loop. "
     "Idempotent."},
    {"pending_count", (PyCFunction)reactor_pending, METH_NOARGS, "How many operations are under way."},
    {"_drain", (PyCFunction)reactor_drain, METH_NOARGS, NULL},
    {"_turn", (PyCFunction)reactor_turn, METH_NOARGS, NULL},
    {"_uv_ready", (PyCFunction)uvhost_ready, METH_NOARGS, NULL},
    {"_retry", (PyCFunction)reactor_retry, METH_NOARGS, NULL},
    {NULL},
};

static PyGetSetDef reactor_getset[] = {
    {"loop", (getter)get_reactor_loop, NULL, "The loop it serves.", NULL},
    {"closed", (getter)get_closed, NULL, "Whether it was closed, by close() or with its loop.", NULL},
    {NULL},
};

static PyMemberDef reactor_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Reactor, weakrefs), READONLY, NULL},
    {NULL},
};

static PyType_Slot reactor_slots[] = {
    {Py_tp_doc, "The operations, bound to one event loop. aio.create_reactor() returns the loop's own."},
    {Py_tp_dealloc, reactor_dealloc},
    {Py_tp_finalize, reactor_finalize},
    {Py_tp_traverse, reactor_traverse},
    {Py_tp_clear, reactor_clear},
    {Py_tp_methods, reactor_methods},
    {Py_tp_getset, reactor_getset},
    {Py_tp_members, reactor_members},
    {0, NULL},
};

PyType_Spec reactor_spec = {
    .name = "dxpy.aio.Reactor",
    .basicsize = sizeof(Reactor),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = reactor_slots,
};
