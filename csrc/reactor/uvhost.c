/* libuv's loop inside the host's. Its descriptor is a reader of the host loop; because watchers reach epoll
 * only inside uv_run, everything started outside is followed by a run in the loop's next turn. */
#include "reactor/uvhost.h"

static int add_reader(Reactor *reactor, int fd, const char *method) {
    PyObject *number = PyLong_FromLong(fd), *bound = PyObject_GetAttrString((PyObject *)reactor, method);
    PyObject *done = number && bound ? reactor_call_loop(reactor, NAME_ADD_READER, number, bound) : NULL;
    Py_XDECREF(number);
    Py_XDECREF(bound);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

UvHost *uvhost_of(Reactor *reactor) {
    if (reactor_check(reactor) < 0) return NULL;
    if (reactor->uv != NULL) return reactor->uv;
    if (reactor_attach(reactor) < 0) return NULL; // so that it is closed with its loop
    UvHost *host = PyMem_RawCalloc(1, sizeof *host);
    if (host == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    int error = uv_loop_init(&host->loop);
    if (error != 0) {
        PyMem_RawFree(host);
        raise_os_error(reactor->state, -error, NULL, NULL);
        return NULL;
    }
    host->reactor = reactor;
    host->loop.data = host;
    if (add_reader(reactor, uv_backend_fd(&host->loop), "_uv_ready") < 0) {
        uv_loop_close(&host->loop);
        PyMem_RawFree(host);
        return NULL;
    }
    reactor->uv = host;
    return host;
}

int uvhost_kick(Reactor *reactor) {
    UvHost *host = reactor->uv;
    if (host == NULL || host->running || host->kick || reactor->closed) return 0;
    if (reactor->generation != fork_generation()) return 0;
    if (reactor_schedule_turn(reactor) < 0) return -1;
    host->kick = true;
    return 0;
}

void uvhost_run(Reactor *reactor) {
    UvHost *host = reactor->uv;
    if (host == NULL || host->running) return;
    host->running = true;
    host->kick = false;
    // Closing handles and the like make libuv ask for another run at once; more than a few are left to the
    // next turn.
    bool lost = host->watchers != NULL && changes_overflow(host);
    for (int i = 0; i < 4; i++) {
        uv_run(&host->loop, UV_RUN_NOWAIT);
        if (!uv_loop_alive(&host->loop) || uv_backend_timeout(&host->loop) != 0) break;
    }
    if (lost) tell_changes_lost(host);
    host->running = false;
    if (uv_loop_alive(&host->loop) && uv_backend_timeout(&host->loop) == 0 && uvhost_kick(reactor) < 0)
        PyErr_WriteUnraisable((PyObject *)reactor);
}

PyObject *uvhost_ready(Reactor *reactor, PyObject *unused) {
    Py_INCREF(reactor);
    reactor_begin_turn(reactor);
    reactor->draining = true;
    uvhost_run(reactor);
    reactor->draining = false;
    int result = reactor_wake(reactor);
    Py_DECREF(reactor);
    if (result < 0) return NULL;
    Py_RETURN_NONE;
}

static void close_any(uv_handle_t *handle, void *unused) {
    LostFunction lost = (LostFunction)handle->data;
    if (lost != NULL) lost(handle);
    if (uv_is_closing(handle)) return;
    if (handle->type == UV_FS_EVENT) uv_close(handle, (uv_close_cb)PyMem_RawFree);
    else stream_handle_close((StreamHandle *)handle);
}

void uvhost_close(Reactor *reactor) {
    UvHost *host = reactor->uv;
    if (host == NULL || host->running) return;
    PyObject *loop = reactor_loop(reactor);
    PyObject *closed = loop ? PyObject_CallMethodNoArgs(loop, reactor->state->names[NAME_IS_CLOSED]) : NULL;
    if (closed == Py_False) {
        PyObject *fd = PyLong_FromLong(uv_backend_fd(&host->loop));
        PyObject *done = fd ? reactor_call_loop(reactor, NAME_REMOVE_READER, fd, NULL) : NULL;
        if (done == NULL) PyErr_WriteUnraisable((PyObject *)reactor);
        Py_XDECREF(done);
        Py_XDECREF(fd);
    }
    Py_XDECREF(closed);
    Py_XDECREF(loop);
    PyErr_Clear();
    host->running = true;
    watchers_lost(host);
    uv_walk(&host->loop, close_any, NULL);
    // Only close callbacks are left, which end within a run or two.
    while (uv_run(&host->loop, UV_RUN_NOWAIT) != 0) {
    }
    host->running = false;
    uv_loop_close(&host->loop);
    reactor->uv = NULL;
    PyMem_RawFree(host);
}

/* waiting */

static void release_owner(PyFuture *future) {
    PyObject *owner = future->owner;
    future->owner = NULL;
    Py_XDECREF(owner);
}

static CancelAnswer cancel_wait(PyFuture *future) {
    PyFuture **place = future->source; // inside the owner
    if (*place == future) Py_CLEAR(*place);
    release_owner(future);
    return CANCELLED_NOW;
}

PyFuture *wait_begin(Reactor *reactor, OpKind kind, void *owner, PyFuture **place) {
    PyObject *loop = reactor_loop(reactor);
    PyFuture *future = loop ? future_new(reactor->state, loop) : NULL;
    Py_XDECREF(loop);
    if (future == NULL) return NULL;
    future->owner = Py_NewRef((PyObject *)owner);
    future->source = place;
    future->cancel_source = cancel_wait;
    *place = (PyFuture *)Py_NewRef(future);
    reactor->state->stats[kind].submitted++;
    reactor->state->stats[kind].queued++;
    return future;
}

void wait_end_steal(Reactor *reactor, OpKind kind, PyFuture **place, PyObject *result) {
    PyFuture *future = *place;
    OpStats *stats = &reactor->state->stats[kind];
    *place = NULL;
    if (result == NULL) stats->errors++;
    stats->completed++;
    future_settle_steal(future, result);
    reactor_ready(reactor, future);
    release_owner(future);
    Py_DECREF(future);
}

void wait_lost(PyFuture **place) {
    PyFuture *future = *place;
    if (future == NULL) return;
    *place = NULL;
    future->source = NULL;
    future->status = FUTURE_CANCELLED;
    if (future_schedule_callbacks(future) < 0) PyErr_Clear(); // the loop is closed
    release_owner(future);
    Py_DECREF(future);
}
