/* How reactors come, are found by their loop, and go: with the loop, by close(), or because the process was
 * forked. */
#include "reactor/file.h"

#include "cpython/running_loop.h"

#include <errno.h>
#include <unistd.h>

static bool loop_is_usable(Reactor *reactor) {
    PyObject *loop = reactor_loop(reactor), *closed = NULL;
    if (loop != NULL) closed = PyObject_CallMethodNoArgs(loop, reactor->state->names[NAME_IS_CLOSED]);
    bool usable = closed != NULL && closed != Py_True;
    Py_XDECREF(closed);
    Py_XDECREF(loop);
    PyErr_Clear();
    return usable;
}

static void detach(Reactor *reactor, bool usable) {
    if (reactor->attached && usable) {
        PyObject *fd = PyLong_FromLong(reactor->channel->event_fd);
        PyObject *done = fd ? reactor_call_loop(reactor, NAME_REMOVE_READER, fd, NULL) : NULL;
        if (done == NULL) PyErr_WriteUnraisable((PyObject *)reactor);
        Py_XDECREF(done);
        Py_XDECREF(fd);
    }
    reactor->attached = false;
}

/* What has not run never will; what runs is left to end, and its results are disposed of by a later sweep. */
static void abandon_all(Reactor *reactor, bool usable) {
    Op *next;
    for (Op *op = reactor->first; op != NULL; op = next) {
        next = op->reactor_next;
        PyFuture *future = op->future;
        Py_XINCREF(future);
        if (op->finish != NULL && future == NULL) {
            file_lost(op->owner);
            if (!reactor_withdraw(reactor, op)) continue;
            op->error = ECANCELED;
            finish_op(reactor, op);
        } else if (future != NULL) {
            if (future->cancel_source(future) == CANCELLED_LATER) {
                op->abandoned = true;
                Py_CLEAR(op->future);
            }
            future->source = NULL;
            future->status = FUTURE_CANCELLED;
            if (usable && future_schedule_callbacks(future) < 0) PyErr_WriteUnraisable((PyObject *)reactor);
        }
        Py_XDECREF(future);
    }
}

/* What had ended but was not woken yet: it has no more turns. */
static void wake_through_loop(Reactor *reactor) {
    PyFuture *future;
    while ((future = reactor->ready_head) != NULL) {
        reactor->ready_head = future->ready_next;
        if (reactor->ready_head == NULL) reactor->ready_tail = NULL;
        future->ready_next = NULL;
        if (future_schedule_callbacks(future) < 0) PyErr_Clear(); // the loop is closed
        Py_DECREF(future);
    }
}

static void release_channel(Reactor *reactor) {
    if (reactor->channel != NULL) channel_release(reactor->channel);
    reactor->channel = NULL;
}

void reactor_close(Reactor *reactor) {
    if (reactor->closed) return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    reactor->closed = true;
    if (reactor->generation != fork_generation()) {
        // The parent's: its descriptor is shared with the parent, so it is closed and nothing else is
        // touched.
        if (reactor->channel != NULL && reactor->channel->event_fd >= 0)
            close_descriptor(reactor->channel->event_fd);
        if (reactor->channel != NULL) reactor->channel->event_fd = -1;
        reactor->uv = NULL;
    } else {
        bool usable = loop_is_usable(reactor);
        wake_through_loop(reactor);
        if (reactor->uv != NULL) uvhost_close(reactor);
        abandon_all(reactor, usable);
        detach(reactor, usable);
        if (reactor->pending > 0) {
            reactor->leaving_next = reactor->state->leaving;
            reactor->state->leaving = (Reactor *)Py_NewRef(reactor);
        } else {
            release_channel(reactor);
        }
    }
    PyErr_Restore(type, value, traceback);
}

void reactor_notice_end(Reactor *reactor) {
    if (reactor->closed || reactor->generation != fork_generation()) return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!loop_is_usable(reactor)) reactor_close(reactor);
    PyErr_Restore(type, value, traceback);
}

static int forget_reactor(State *state, PyObject *key, Reactor *reactor) {
    Py_INCREF(reactor);
    if (state->last_reactor == reactor) {
        state->last_loop = NULL;
        state->last_reactor = NULL;
    }
    reactor_close(reactor);
    int result = PyDict_DelItem(state->reactors, key);
    Py_DECREF(reactor);
    return result;
}

static void collect_leaving(State *state) {
    Reactor **link = &state->leaving;
    while (*link != NULL) {
        Reactor *reactor = *link;
        if (reactor->generation == fork_generation()) reactor_collect(reactor);
        if (reactor->pending > 0) {
            link = &reactor->leaving_next;
            continue;
        }
        *link = reactor->leaving_next;
        release_channel(reactor);
        Py_DECREF(reactor);
    }
}

void reactors_sweep(State *state) {
    PyObject *keys = PyDict_Keys(state->reactors);
    for (Py_ssize_t i = 0; keys != NULL && i < PyList_GET_SIZE(keys); i++) {
        PyObject *key = PyList_GET_ITEM(keys, i);
        Reactor *reactor = (Reactor *)PyDict_GetItem(state->reactors, key);
        if (reactor != NULL &&
            (reactor->closed || reactor->generation != fork_generation() || !loop_is_usable(reactor)))
            forget_reactor(state, key, reactor);
    }
    Py_XDECREF(keys);
    PyErr_Clear();
    collect_leaving(state);
}

/* finding */

static PyObject *loop_gone(PyObject *module, PyObject *reference) {
    State *state = state_of_module(module);
    PyObject *key, *value;
    Py_ssize_t position = 0;
    while (PyDict_Next(state->reactors, &position, &key, &value)) {
        if (((Reactor *)value)->loop_ref != reference) continue;
        Py_INCREF(key);
        int result = forget_reactor(state, key, (Reactor *)value);
        Py_DECREF(key);
        if (result < 0) return NULL;
        break;
    }
    Py_RETURN_NONE;
}

static PyMethodDef loop_gone_definition = {"loop_gone", loop_gone, METH_O, NULL};

static Reactor *reactor_create(State *state, PyObject *loop) {
    Reactor *reactor = PyObject_GC_New(Reactor, state->reactor_type);
    if (reactor == NULL) return NULL;
    memset((char *)reactor + sizeof(PyObject), 0, sizeof *reactor - sizeof(PyObject));
    reactor->state = state;
    reactor->budget = INLINE_BUDGET;
    reactor->generation = fork_generation();
    PyObject *module = PyType_GetModule(state->reactor_type); // borrowed
    PyObject *callback = PyCFunction_New(&loop_gone_definition, module);
    if (callback != NULL) reactor->loop_ref = PyWeakref_NewRef(loop, callback);
    Py_XDECREF(callback);
    if (reactor->loop_ref == NULL && PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_Clear();
        reactor->loop_ref = Py_NewRef(loop);
    }
    PyObject_GC_Track(reactor);
    if (reactor->loop_ref == NULL) Py_CLEAR(reactor);
    return reactor;
}

Reactor *reactor_for_loop(State *state, PyObject *loop) {
    PyObject *key = PyLong_FromVoidPtr(loop);
    if (key == NULL) return NULL;
    Reactor *reactor = (Reactor *)PyDict_GetItemWithError(state->reactors, key); // borrowed
    bool stale = reactor != NULL && (reactor->closed || reactor->generation != fork_generation());
    if (stale && forget_reactor(state, key, reactor) < 0) goto error;
    if (reactor == NULL || stale) {
        if (PyErr_Occurred()) goto error;
        reactors_sweep(state);
        reactor = reactor_create(state, loop);
        if (reactor == NULL) goto error;
        int stored = PyDict_SetItem(state->reactors, key, (PyObject *)reactor);
        Py_DECREF(reactor); // the dict's now
        if (stored < 0) goto error;
    }
    Py_DECREF(key);
    return reactor;
error:
    Py_DECREF(key);
    return NULL;
}

static bool is_usable(Reactor *reactor) {
    return !reactor->closed && reactor->generation == fork_generation();
}

/* The loop runs here and now, whichever thread it ran in before. */
Reactor *reactor_current(State *state) {
    if (state->looks_at_loop && state->last_loop != NULL && is_usable(state->last_reactor) &&
        running_loop_look(state->names[NAME_RUNNING_LOOP]) == state->last_loop) {
        state->last_reactor->thread = PyThread_get_thread_ident();
        return state->last_reactor;
    }
    PyObject *loop = PyObject_CallNoArgs(state->get_running_loop);
    if (loop == NULL) return NULL;
    if (loop == state->last_loop) {
        Reactor *reactor = state->last_reactor;
        Py_DECREF(loop);
        reactor->thread = PyThread_get_thread_ident();
        if (is_usable(reactor)) return reactor;
        loop = Py_NewRef(loop);
    }
    if (loop == Py_None && state->fallback_reactor != NULL)
        Py_SETREF(loop, PyObject_CallNoArgs(state->fallback_reactor));
    if (loop == Py_None) PyErr_SetString(PyExc_RuntimeError, "no running event loop");
    Reactor *reactor = loop == NULL || loop == Py_None ? NULL : reactor_for_loop(state, loop);
    if (reactor != NULL) {
        reactor->thread = PyThread_get_thread_ident();
        state->last_loop = loop;
        state->last_reactor = reactor;
    }
    Py_XDECREF(loop);
    return reactor;
}

int reactor_check_here(Reactor *reactor, const char *what, bool in_loop) {
    if (reactor_check(reactor) < 0) return -1;
    PyObject *own = reactor_loop(reactor), *running = NULL;
    if (in_loop) {
        Reactor *current = reactor_current(reactor->state); // borrowed
        if (current != NULL) running = current == reactor ? Py_XNewRef(own) : reactor_loop(current);
    } else {
        running = PyObject_CallNoArgs(reactor->state->get_running_loop);
    }
    int result = own == NULL || running == NULL ? -1 : 0;
    if (result == 0 && running != own && running != Py_None) {
        PyErr_Format(PyExc_RuntimeError, "the %s belongs to %R and was used from %R", what, own, running);
        result = -1;
    }
    Py_XDECREF(own);
    Py_XDECREF(running);
    return result;
}
