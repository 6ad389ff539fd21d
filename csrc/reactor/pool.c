/* ReactorPool: flows that stay out of Python, on threads of their own. */
#include "reactor/flow.h"
#include "reactor/uvhost.h"
#include "reactor/reactor.h"

#include <errno.h>
#include <fcntl.h>
#include <structmember.h>
#include <unistd.h>

typedef struct Pool {
    PyObject_HEAD State *state;
    FlowThread **threads; // NULL once closed
    int count, next;
    unsigned generation;
} Pool;

static PyObject *pool_create(PyTypeObject *type, PyObject *arguments, PyObject *named) {
    static char *names[] = {"threads", NULL};
    int count = 1, error = 0;
    State *state = state_of_type(type);
    if (state == NULL || !PyArg_ParseTupleAndKeywords(arguments, named, "|i:ReactorPool", names, &count))
        return NULL;
    if (count < 1 || count > 256) {
        PyErr_SetString(PyExc_ValueError, "threads must be between 1 and 256");
        return NULL;
    }
    Pool *pool = (Pool *)type->tp_alloc(type, 0);
    if (pool == NULL) return NULL;
    pool->state = state;
    pool->generation = fork_generation();
    pool->threads = PyMem_Calloc((size_t)count, sizeof *pool->threads);
    if (pool->threads == NULL) {
        Py_DECREF(pool);
        return PyErr_NoMemory();
    }
    for (; pool->count < count; pool->count++) {
        pool->threads[pool->count] = flow_thread_start(&error);
        if (pool->threads[pool->count] != NULL) continue;
        raise_os_error(state, error, NULL, NULL);
        Py_DECREF(pool);
        return NULL;
    }
    return (PyObject *)pool;
}

static void stop_all(Pool *pool) {
    // In a forked child the threads are not there, and what they had is the parent's.
    for (int i = 0; pool->threads != NULL && i < pool->count && pool->generation == fork_generation(); i++)
        flow_thread_stop(pool->threads[i]);
    PyMem_Free(pool->threads);
    pool->threads = NULL;
}

static void pool_dealloc(Pool *pool) {
    PyTypeObject *type = Py_TYPE(pool);
    stop_all(pool);
    type->tp_free(pool);
    Py_DECREF(type);
}

static CancelAnswer cancel_flow(PyFuture *future) {
    Op *op = future->source;
    Pool *pool = op->owner;
    if (op->extra == NULL) return CANCEL_REFUSED;
    op->cancel_wanted = true;
    if (pool->threads != NULL) flow_cancel(pool->threads[op->mode], op->extra);
    return CANCELLED_LATER;
}

static void flow_ended(Op *op) {
    flow_release(op->extra);
    op->extra = NULL;
    reactor_deliver(op->reactor, op);
}

/* Duplicates, because what a flow uses must not be closed under it. */
static int own_fd(State *state, PyObject *object, bool socket) {
    int fd = PyObject_AsFileDescriptor(object);
    if (fd < 0) return -1;
    if (stream_is_sending(state, object)) {
        PyErr_SetString(PyExc_RuntimeError, "a write of the stream is under way: await it first");
        return -1;
    }
    int flags = fcntl(fd, F_GETFL);
    if (socket && flags >= 0 && !(flags & O_NONBLOCK)) {
        PyErr_SetString(PyExc_ValueError, "the socket must be non-blocking (setblocking(False))");
        return -1;
    }
    int own = flags < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (own < 0) raise_os_error(state, errno, NULL, NULL);
    return own;
}

static FlowThread *choose(Pool *pool, int *index) {
    if (pool->threads == NULL || pool->generation != fork_generation()) {
        PyErr_SetString(pool->state->not_initialized, "the pool is closed");
        return NULL;
    }
    *index = pool->next;
    for (int i = 0; i < pool->count; i++)
        if (flow_count(pool->threads[i]) < flow_count(pool->threads[*index])) *index = i;
    pool->next = (*index + 1) % pool->count;
    return pool->threads[*index];
}

static PyObject *start(Pool *pool, Op *model) {
    int index;
    FlowThread *thread = choose(pool, &index);
    Reactor *reactor = thread ? reactor_current(pool->state) : NULL; // borrowed
    PyFuture *future = NULL;
    Op *op = NULL;
    if (reactor == NULL) goto error;
    model->mode = index;
    model->lane = LANE_POOL;
    model->finish = flow_ended;
    model->started = clock_ns();
    model->owner = Py_NewRef(pool);
    op = op_to_heap(pool->state, model);
    if (op == NULL) goto error;
    future = reactor_expect(reactor, op, cancel_flow);
    if (future == NULL) goto error;
    op->extra = flow_submit(thread, op);
    if (op->extra != NULL) return (PyObject *)future;
    reactor_forget(reactor, op);
    PyErr_NoMemory();
error:
    Py_XDECREF(future);
    close_descriptor(model->fd);
    close_descriptor(model->fd2);
    return NULL;
}

static PyObject *pool_send(Pool *pool, PyObject *arguments, PyObject *named) {
    static char *names[] = {"socket", "file", "offset", "count", NULL};
    PyObject *socket, *file;
    long long offset = 0, count = -1;
    if (!PyArg_ParseTupleAndKeywords(arguments, named, "OO|LL:send_file", names, &socket, &file, &offset,
                                     &count))
        return NULL;
    if (offset < 0 || count < -1) {
        PyErr_SetString(PyExc_ValueError, "offset and count must not be negative");
        return NULL;
    }
    Op op = {.kind = OP_POOL_SEND, .offset = offset, .size = count < 0 ? (size_t)INT64_MAX : (size_t)count};
    op.fd = own_fd(pool->state, socket, true);
    if (op.fd < 0) return NULL;
    op.fd2 = own_fd(pool->state, file, false);
    if (op.fd2 >= 0) return start(pool, &op);
    close_descriptor(op.fd);
    return NULL;
}

static PyObject *pool_proxy(Pool *pool, PyObject *arguments) {
    PyObject *first, *second;
    if (!PyArg_ParseTuple(arguments, "OO:proxy", &first, &second)) return NULL;
    Op op = {.kind = OP_POOL_PROXY};
    op.fd = own_fd(pool->state, first, true);
    if (op.fd < 0) return NULL;
    op.fd2 = own_fd(pool->state, second, true);
    if (op.fd2 >= 0) return start(pool, &op);
    close_descriptor(op.fd);
    return NULL;
}

static PyObject *pool_close(Pool *pool, PyObject *unused) {
    stop_all(pool);
    Py_RETURN_NONE;
}

static PyObject *pool_enter(Pool *pool, PyObject *unused) { return Py_NewRef(pool); }

static PyObject *pool_exit(Pool *pool, PyObject *const *arguments, Py_ssize_t count) {
    return pool_close(pool, NULL);
}

static PyObject *pool_flows(Pool *pool, PyObject *unused) {
    long flows = 0;
    for (int i = 0; pool->threads != NULL && i < pool->count; i++) flows += flow_count(pool->threads[i]);
    return PyLong_FromLong(flows);
}

static PyMethodDef pool_methods[] = {
    {"send_file", (PyCFunction)(void (*)(void))pool_send, METH_VARARGS | METH_KEYWORDS,
     "send_file(socket, file, offset=0, count=-1): send an open file's bytes to a non-blocking socket; the "
     "number sent. count -1: up to the end of the file."},
    {"proxy", (PyCFunction)pool_proxy, METH_VARARGS,
     "proxy(a, b): pass bytes between two non-blocking sockets until both sides have ended; (from a to b, "
     "from b to a)."},
    {"flow_count", (PyCFunction)pool_flows, METH_NOARGS, "How many flows are under way."},
    {"close", (PyCFunction)pool_close, METH_NOARGS,
     "End the threads; flows under way fail with ECANCELED. Idempotent, waits for nothing."},
    {"__enter__", (PyCFunction)pool_enter, METH_NOARGS, NULL},
    {"__exit__", (PyCFunction)(void (*)(void))pool_exit, METH_FASTCALL, NULL},
    {NULL},
};

static PyType_Slot pool_slots[] = {
    {Py_tp_doc,
     "ReactorPool(threads=1)\n\nLoops on threads of their own, for flows that need no Python on the way."},
    {Py_tp_new, pool_create},
    {Py_tp_dealloc, pool_dealloc},
    {Py_tp_methods, pool_methods},
    {0, NULL},
};

PyType_Spec pool_spec = {
    .name = "dxpy.aio.ReactorPool",
    .basicsize = sizeof(Pool),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = pool_slots,
};
