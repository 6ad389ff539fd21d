/* PyFuture: what every operation returns. It follows asyncio's protocol for awaitables of other types, so
 * that tasks, gather, wait_for, shield and task groups take it as they take their own, and is a coroutine as
 * well, so that it can be made a task. When it is done an await returns at once, without a turn of the loop.
 */
#include "reactor/reactor.h"

#include <structmember.h>

State *state_of_type(PyTypeObject *type) {
    PyObject *module = PyType_GetModuleByDef(type, &reactor_module); // borrowed
    return module == NULL ? NULL : PyModule_GetState(module);
}

PyFuture *future_new(State *state, PyObject *loop) {
    PyFuture *future;
    if (state->free_future_count > 0) {
        future = state->free_futures[--state->free_future_count];
        PyObject_Init((PyObject *)future, state->future_type);
    } else {
        future = PyObject_GC_New(PyFuture, state->future_type);
        if (future == NULL) return NULL;
    }
    memset((char *)future + sizeof(PyObject), 0, sizeof *future - sizeof(PyObject));
    future->state = state;
    future->loop = Py_XNewRef(loop);
    future->id = ++state->last_id;
    PyObject_GC_Track(future);
    return future;
}

void futures_free(State *state) {
    while (state->free_future_count > 0) PyObject_GC_Del(state->free_futures[--state->free_future_count]);
}

bool future_is_pending(const PyFuture *future) { return future->status == FUTURE_PENDING; }

static void set_exception_steal(PyFuture *future, PyObject *exception) {
    future->exception = exception;
    future->traceback = PyException_GetTraceback(exception);
    future->status = FUTURE_FINISHED;
    future->log_exception = true;
}

void future_settle_steal(PyFuture *future, PyObject *result) {
    future->source = NULL;
    if (future->status != FUTURE_PENDING) {
        Py_XDECREF(result);
        PyErr_Clear();
        return;
    }
    if (future->cancel_wanted) {
        Py_XDECREF(result);
        PyErr_Clear();
        future->status = FUTURE_CANCELLED;
        return;
    }
    if (result != NULL) {
        future->result = result;
        future->status = FUTURE_FINISHED;
        return;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != NULL && value != NULL) PyException_SetTraceback(value, traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    set_exception_steal(future, value);
}

/* results */

static void delivered(PyFuture *future) {
    bool passed_over = future->passed_over;
    future->passed_over = false;
    if (future->undelivered == NULL || passed_over) return;
    op_free(future->state, future->undelivered);
    future->undelivered = NULL;
}

static PyObject *cancelled_error(PyFuture *future) {
    if (future->cancel_message == NULL || future->cancel_message == Py_None)
        return PyObject_CallNoArgs(future->state->cancelled_error);
    return PyObject_CallOneArg(future->state->cancelled_error, future->cancel_message);
}

static void raise_object_steal(PyObject *exception) {
    if (exception == NULL) return;
    PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_DECREF(exception);
}

static PyObject *take_result(PyFuture *future) {
    if (future->status == FUTURE_CANCELLED) {
        raise_object_steal(cancelled_error(future));
        return NULL;
    }
    future->log_exception = false;
    if (future->exception == NULL) {
        delivered(future);
        return Py_NewRef(future->result);
    }
    // The traceback of when it was set, each time anew: raising adds to it.
    if (PyException_SetTraceback(future->exception, future->traceback ? future->traceback : Py_None) < 0)
        return NULL;
    PyErr_SetObject((PyObject *)Py_TYPE(future->exception), future->exception);
    return NULL;
}

static int check_done(PyFuture *future, const char *what) {
    if (future->loop == NULL || future->status == FUTURE_PENDING) {
        PyErr_SetString(future->state->invalid_state_error, what);
        return -1;
    }
    return 0;
}

static PyObject *future_result(PyFuture *future, PyObject *unused) {
    return check_done(future, "Result is not set.") < 0 ? NULL : take_result(future);
}

static PyObject *future_exception(PyFuture *future, PyObject *unused) {
    if (check_done(future, "Exception is not set.") < 0) return NULL;
    if (future->status == FUTURE_CANCELLED) {
        raise_object_steal(cancelled_error(future));
        return NULL;
    }
    future->log_exception = false;
    return Py_NewRef(future->exception ? future->exception : Py_None);
}

static int check_settable(PyFuture *future) {
    if (future_need_loop(future) < 0) return -1;
    if (future->status == FUTURE_PENDING && future->cancel_source == NULL) return 0;
    PyErr_SetString(future->state->invalid_state_error,
                    future->status == FUTURE_PENDING ? "the operation sets the result" : "invalid state");
    return -1;
}

static PyObject *future_set_result(PyFuture *future, PyObject *result) {
    if (check_settable(future) < 0) return NULL;
    future->result = Py_NewRef(result);
    future->status = FUTURE_FINISHED;
    if (future_schedule_callbacks(future) < 0) return NULL;
    Py_RETURN_NONE;
}

static PyObject *future_set_exception(PyFuture *future, PyObject *exception) {
    if (check_settable(future) < 0) return NULL;
    PyObject *instance =
        PyExceptionClass_Check(exception) ? PyObject_CallNoArgs(exception) : Py_NewRef(exception);
    if (instance == NULL) return NULL;
    if (!PyExceptionInstance_Check(instance)) {
        PyErr_SetString(PyExc_TypeError, "invalid exception object");
        Py_DECREF(instance);
        return NULL;
    }
    if (Py_IS_TYPE(instance, (PyTypeObject *)PyExc_StopIteration)) {
        PyErr_SetString(PyExc_TypeError,
                        "StopIteration interacts badly with generators and cannot be raised into a Future");
        Py_DECREF(instance);
        return NULL;
    }
    set_exception_steal(future, instance);
    if (future_schedule_callbacks(future) < 0) return NULL;
    Py_RETURN_NONE;
}

PyObject *future_cancel(PyFuture *future, PyObject *message) {
    future->log_exception = false;
    if (future->status != FUTURE_PENDING) Py_RETURN_FALSE;
    CancelAnswer answer = future->cancel_source == NULL || future->source == NULL
                              ? CANCELLED_NOW
                              : future->cancel_source(future);
    if (answer == CANCEL_REFUSED) Py_RETURN_FALSE;
    Py_XSETREF(future->cancel_message, Py_XNewRef(message));
    if (answer == CANCELLED_LATER) {
        future->cancel_wanted = true;
        Py_RETURN_TRUE;
    }
    future->source = NULL;
    future->status = FUTURE_CANCELLED;
    if (future_schedule_callbacks(future) < 0) return NULL;
    Py_RETURN_TRUE;
}

static PyObject *future_cancel_method(PyFuture *future, PyObject *arguments, PyObject *named) {
    static char *names[] = {"msg", NULL};
    PyObject *message = NULL;
    if (!PyArg_ParseTupleAndKeywords(arguments, named, "|O:cancel", names, &message)) return NULL;
    if (future_need_loop(future) < 0) return NULL;
    return future_cancel(future, message);
}

static PyObject *future_cancelled(PyFuture *future, PyObject *unused) {
    return PyBool_FromLong(future->status == FUTURE_CANCELLED);
}

static PyObject *future_done(PyFuture *future, PyObject *unused) {
    return PyBool_FromLong(future->loop != NULL && future->status != FUTURE_PENDING);
}

static PyObject *future_get_loop(PyFuture *future, PyObject *unused) {
    return future_need_loop(future) < 0 ? NULL : Py_NewRef(future->loop);
}

static PyObject *future_make_cancelled_error(PyFuture *future, PyObject *unused) {
    return cancelled_error(future);
}

/* awaiting */

static PySendResult future_send(PyFuture *future, PyObject *value, PyObject **result) {
    *result = NULL;
    if (future_need_loop(future) < 0) return PYGEN_ERROR;
    if (future->status != FUTURE_PENDING) {
        *result = take_result(future);
        return *result == NULL ? PYGEN_ERROR : PYGEN_RETURN;
    }
    if (future->blocking) {
        PyErr_SetString(PyExc_RuntimeError, "await wasn't used with future");
        return PYGEN_ERROR;
    }
    future->blocking = true;
    *result = Py_NewRef(future);
    return PYGEN_NEXT;
}

static void stop_iteration_steal(PyObject *value) {
    // With an instance, because a tuple or an exception as the value would be taken apart.
    raise_object_steal(PyObject_CallOneArg(PyExc_StopIteration, value));
    Py_DECREF(value);
}

static PyObject *future_next(PyFuture *future) {
    PyObject *result;
    switch (future_send(future, Py_None, &result)) {
    case PYGEN_NEXT: return result;
    case PYGEN_RETURN: stop_iteration_steal(result); return NULL;
    case PYGEN_ERROR: break;
    }
    return NULL;
}

static PyObject *future_send_method(PyFuture *future, PyObject *value) { return future_next(future); }

static PyObject *future_throw(PyFuture *future, PyObject *const *arguments, Py_ssize_t count) {
    if (count < 1 || count > 3) {
        PyErr_SetString(PyExc_TypeError, "throw(type[, value[, traceback]])");
        return NULL;
    }
    PyObject *type = arguments[0], *value = count > 1 ? arguments[1] : NULL,
             *traceback = count > 2 ? arguments[2] : NULL;
    if (value == Py_None) value = NULL;
    if (traceback == Py_None) traceback = NULL;
    if (traceback != NULL && !PyTraceBack_Check(traceback)) {
        PyErr_SetString(PyExc_TypeError, "throw() third argument must be a traceback");
        return NULL;
    }
    if (PyExceptionInstance_Check(type)) {
        if (value != NULL) {
            PyErr_SetString(PyExc_TypeError, "instance exception may not have a separate value");
            return NULL;
        }
        value = type;
        type = (PyObject *)Py_TYPE(value);
        if (traceback == NULL) traceback = PyException_GetTraceback(value);
        else Py_INCREF(traceback);
    } else if (PyExceptionClass_Check(type)) {
        Py_XINCREF(traceback);
    } else {
        PyErr_Format(PyExc_TypeError,
                     "exceptions must be classes deriving BaseException or instances of such a class, not %R",
                     Py_TYPE(type));
        return NULL;
    }
    // As a coroutine of its own (a task that was cancelled before its first step) the operation goes with it.
    if (future->status == FUTURE_PENDING && !future->blocking && future->cancel_source != NULL) {
        PyObject *done = future_cancel(future, NULL);
        if (done == NULL) PyErr_WriteUnraisable((PyObject *)future);
        Py_XDECREF(done);
    }
    if (future->status != FUTURE_PENDING)
        future->log_exception = false; // whoever throws knows of a failure already
    PyErr_Restore(Py_NewRef(type), Py_XNewRef(value), traceback);
    return NULL;
}

static PyObject *future_close(PyFuture *future, PyObject *unused) { Py_RETURN_NONE; }

static PyObject *future_await(PyFuture *future) {
    if (future_need_loop(future) < 0) return NULL;
    if (future->status == FUTURE_PENDING && future->cancel_source != NULL &&
        future->state->fallback_reactor != NULL) {
        // Not asyncio's: the adapter's loop object knows how its tasks wait.
        // Not with PyObject_GetAttr, which takes a microsecond to say that asyncio's loops have no such
        // thing.
        PyObject *other;
        if (_PyObject_LookupAttr(future->loop, future->state->names[NAME_AWAIT_FUTURE], &other) < 0)
            return NULL;
        if (other != NULL) {
            PyObject *iterator = PyObject_CallOneArg(other, (PyObject *)future);
            Py_DECREF(other);
            return iterator;
        }
    }
    return Py_NewRef(future);
}

/* attributes */

static PyObject *get_blocking(PyFuture *future, void *unused) {
    return PyBool_FromLong(future->loop != NULL && future->blocking);
}

static int set_blocking(PyFuture *future, PyObject *value, void *unused) {
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
        return -1;
    }
    if (future_need_loop(future) < 0) return -1;
    int truth = PyObject_IsTrue(value);
    if (truth < 0) return -1;
    future->blocking = truth;
    return 0;
}

static PyObject *get_loop(PyFuture *future, void *unused) {
    return Py_NewRef(future->loop ? future->loop : Py_None);
}

static PyObject *get_state(PyFuture *future, void *unused) {
    static const char *const names[] = {"PENDING", "CANCELLED", "FINISHED"};
    return PyUnicode_InternFromString(names[future->status]);
}

static PyObject *get_callbacks(PyFuture *future, void *unused) {
    if (future->callback == NULL && future->more == NULL) Py_RETURN_NONE;
    PyObject *list = PyList_New(0);
    if (list == NULL) return NULL;
    if (future->callback != NULL) {
        PyObject *pair = PyTuple_Pack(2, future->callback, future->context);
        if (pair == NULL || PyList_Append(list, pair) < 0) {
            Py_XDECREF(pair);
            Py_DECREF(list);
            return NULL;
        }
        Py_DECREF(pair);
    }
    if (future->more != NULL && PyList_SetSlice(list, PY_SSIZE_T_MAX, PY_SSIZE_T_MAX, future->more) < 0) {
        Py_DECREF(list);
        return NULL;
    }
    return list;
}

static PyObject *get_id(PyFuture *future, void *unused) { return PyLong_FromUnsignedLongLong(future->id); }

static PyObject *get_result(PyFuture *future, void *unused) {
    return Py_NewRef(future->result ? future->result : Py_None);
}

static PyObject *get_exception(PyFuture *future, void *unused) {
    return Py_NewRef(future->exception ? future->exception : Py_None);
}

static PyObject *get_log(PyFuture *future, void *unused) { return PyBool_FromLong(future->log_exception); }

static int set_log(PyFuture *future, PyObject *value, void *unused) {
    int truth = value == NULL ? -1 : PyObject_IsTrue(value);
    if (value == NULL) PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
    if (truth > 0) PyErr_SetString(PyExc_ValueError, "_log_traceback can only be set to False");
    if (truth != 0) return -1;
    future->log_exception = false;
    return 0;
}

static PyObject *get_message(PyFuture *future, void *unused) {
    return Py_NewRef(future->cancel_message ? future->cancel_message : Py_None);
}

static int set_message(PyFuture *future, PyObject *value, void *unused) {
    Py_XSETREF(future->cancel_message, Py_XNewRef(value));
    return 0;
}

static PyObject *get_source_traceback(PyFuture *future, void *unused) {
    return Py_NewRef(future->source_traceback ? future->source_traceback : Py_None);
}

static PyObject *future_repr(PyFuture *future) {
    PyObject *module = PyImport_ImportModule("asyncio.base_futures");
    PyObject *text = module ? PyObject_CallMethod(module, "_future_repr", "O", future) : NULL;
    Py_XDECREF(module);
    return text;
}

/* life */

static int future_init(PyFuture *future, PyObject *arguments, PyObject *named) {
    static char *names[] = {"loop", NULL};
    PyObject *loop = Py_None;
    if (!PyArg_ParseTupleAndKeywords(arguments, named, "|$O:PyFuture", names, &loop)) return -1;
    if (future->cancel_source != NULL && future->status == FUTURE_PENDING) {
        PyErr_SetString(PyExc_RuntimeError, "this future belongs to an operation");
        return -1;
    }
    PyObject *events = NULL, *debug = NULL;
    int result = -1;
    if (loop == Py_None) {
        events = PyImport_ImportModule("asyncio.events");
        loop = events ? PyObject_CallMethod(events, "get_event_loop", NULL) : NULL;
        if (loop == NULL) goto error;
    } else {
        Py_INCREF(loop);
    }
    Py_XSETREF(future->loop, loop);
    Py_CLEAR(future->callback);
    Py_CLEAR(future->context);
    Py_CLEAR(future->more);
    Py_CLEAR(future->result);
    Py_CLEAR(future->exception);
    Py_CLEAR(future->traceback);
    Py_CLEAR(future->cancel_message);
    Py_CLEAR(future->source_traceback);
    future->status = FUTURE_PENDING;
    future->blocking = future->log_exception = false;
    debug = PyObject_CallMethodNoArgs(loop, future->state->names[NAME_GET_DEBUG]);
    int truth = debug ? PyObject_IsTrue(debug) : -1;
    if (truth < 0) goto error;
    if (truth > 0) {
        PyObject *helpers = PyImport_ImportModule("asyncio.format_helpers");
        future->source_traceback = helpers ? PyObject_CallMethod(helpers, "extract_stack", NULL) : NULL;
        Py_XDECREF(helpers);
        if (future->source_traceback == NULL) goto error;
    }
    result = 0;
error:
    Py_XDECREF(events);
    Py_XDECREF(debug);
    return result;
}

static PyObject *future_create(PyTypeObject *type, PyObject *arguments, PyObject *named) {
    State *state = state_of_type(type);
    if (state == NULL) return NULL;
    PyFuture *future = (PyFuture *)type->tp_alloc(type, 0);
    if (future != NULL) {
        future->state = state;
        future->id = ++state->last_id;
    }
    return (PyObject *)future;
}

static int future_traverse(PyFuture *future, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(future));
    Py_VISIT(future->loop);
    Py_VISIT(future->callback);
    Py_VISIT(future->context);
    Py_VISIT(future->more);
    Py_VISIT(future->result);
    Py_VISIT(future->exception);
    Py_VISIT(future->traceback);
    Py_VISIT(future->cancel_message);
    Py_VISIT(future->source_traceback);
    return 0;
}

static int future_clear(PyFuture *future) {
    Py_CLEAR(future->loop);
    Py_CLEAR(future->callback);
    Py_CLEAR(future->context);
    Py_CLEAR(future->more);
    Py_CLEAR(future->result);
    Py_CLEAR(future->exception);
    Py_CLEAR(future->traceback);
    Py_CLEAR(future->cancel_message);
    Py_CLEAR(future->source_traceback);
    return 0;
}

static void future_finalize(PyFuture *future) {
    PyObject *type, *value, *traceback;
    if (future->undelivered != NULL) {
        op_dispose_result(future->undelivered);
        future->passed_over = false;
        delivered(future);
    }
    if (!future->log_exception || future->loop == NULL) return;
    future->log_exception = false;
    State *state = future->state;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *message =
        PyUnicode_FromFormat("%s exception was never retrieved", _PyType_Name(Py_TYPE(future)));
    PyObject *context = message ? Py_BuildValue("{O:O,O:O,O:O}", state->names[NAME_MESSAGE], message,
                                                state->names[NAME_EXCEPTION], future->exception,
                                                state->names[NAME_FUTURE], future)
                                : NULL;
    if (context != NULL && future->source_traceback != NULL &&
        PyDict_SetItem(context, state->names[NAME_SOURCE_TRACEBACK], future->source_traceback) < 0)
        Py_CLEAR(context);
    PyObject *done =
        context ? PyObject_CallMethodOneArg(future->loop, state->names[NAME_CALL_EXCEPTION_HANDLER], context)
                : NULL;
    if (done == NULL) PyErr_WriteUnraisable((PyObject *)future);
    Py_XDECREF(done);
    Py_XDECREF(context);
    Py_XDECREF(message);
    PyErr_Restore(type, value, traceback);
}

static void future_dealloc(PyFuture *future) {
    if ((future->log_exception || future->undelivered != NULL ||
         !Py_IS_TYPE(future, future->state->future_type)) &&
        PyObject_CallFinalizerFromDealloc((PyObject *)future) < 0)
        return;
    PyTypeObject *type = Py_TYPE(future);
    PyObject_GC_UnTrack(future);
    if (future->weakrefs != NULL) PyObject_ClearWeakRefs((PyObject *)future);
    future_clear(future);
    State *state = future->state;
    // One that was finalised would never be again.
    bool like_new = type == state->future_type && !PyObject_GC_IsFinalized((PyObject *)future);
    if (like_new && state->free_future_count < FREE_FUTURES)
        state->free_futures[state->free_future_count++] = future;
    else type->tp_free(future);
    Py_DECREF(type);
}

/* The coroutine's methods. They are not in the type's dictionary: collections.abc would take the type for a
 * coroutine by them, and asyncio.wait() refuses coroutines, as dxpy/aio/hosts.py explains. */
static PyMethodDef coroutine_methods[] = {
    {"send", (PyCFunction)future_send_method, METH_O, "Part of the coroutine protocol."},
    {"throw", (PyCFunction)(void (*)(void))future_throw, METH_FASTCALL, "Part of the coroutine protocol."},
    {"close", (PyCFunction)future_close, METH_NOARGS, "Part of the coroutine protocol."},
    {NULL},
};

static PyObject *future_getattr(PyFuture *future, PyObject *name) {
    PyObject *value = PyObject_GenericGetAttr((PyObject *)future, name);
    if (value != NULL || !PyErr_ExceptionMatches(PyExc_AttributeError) || !PyUnicode_Check(name))
        return value;
    for (PyMethodDef *method = coroutine_methods; method->ml_name != NULL; method++) {
        if (PyUnicode_CompareWithASCIIString(name, method->ml_name) != 0) continue;
        PyErr_Clear();
        return PyCFunction_New(method, (PyObject *)future);
    }
    return NULL;
}

static PyMethodDef future_methods[] = {
    {"result", (PyCFunction)future_result, METH_NOARGS,
     "The result; raises the operation's error, CancelledError, or InvalidStateError when it is not done."},
    {"exception", (PyCFunction)future_exception, METH_NOARGS, "The exception, or None."},
    {"set_result", (PyCFunction)future_set_result, METH_O, "Complete a future made by hand."},
    {"set_exception", (PyCFunction)future_set_exception, METH_O,
     "Complete a future made by hand with an exception."},
    {"cancel", (PyCFunction)(void (*)(void))future_cancel_method, METH_VARARGS | METH_KEYWORDS,
     "cancel(msg=None): False when it is done. An operation still queued never runs; for one that runs, the "
     "table of operations says whether the awaiter leaves at once or when it has ended."},
    {"cancelled", (PyCFunction)future_cancelled, METH_NOARGS, "Whether it was cancelled."},
    {"done", (PyCFunction)future_done, METH_NOARGS,
     "Whether it has a result, an exception, or was cancelled."},
    {"get_loop", (PyCFunction)future_get_loop, METH_NOARGS, "The loop it belongs to."},
    {"add_done_callback", (PyCFunction)(void (*)(void))future_add_done_callback,
     METH_FASTCALL | METH_KEYWORDS,
     "add_done_callback(callback, *, context=None): call callback(future) in the loop's thread when it is "
     "done."},
    {"remove_done_callback", (PyCFunction)future_remove_done_callback, METH_O,
     "Remove a callback; returns how often it was there."},
    {"_make_cancelled_error", (PyCFunction)future_make_cancelled_error, METH_NOARGS, NULL},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, NULL},
    {NULL},
};

static PyGetSetDef future_getset[] = {
    {"_asyncio_future_blocking", (getter)get_blocking, (setter)set_blocking, NULL, NULL},
    {"id", (getter)get_id, NULL, "A number no other future of this process has.", NULL},
    {"_loop", (getter)get_loop, NULL, NULL, NULL},
    {"_state", (getter)get_state, NULL, NULL, NULL},
    {"_callbacks", (getter)get_callbacks, NULL, NULL, NULL},
    {"_result", (getter)get_result, NULL, NULL, NULL},
    {"_exception", (getter)get_exception, NULL, NULL, NULL},
    {"_log_traceback", (getter)get_log, (setter)set_log, NULL, NULL},
    {"_cancel_message", (getter)get_message, (setter)set_message, NULL, NULL},
    {"_source_traceback", (getter)get_source_traceback, NULL, NULL, NULL},
    {NULL},
};

static PyMemberDef future_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(PyFuture, weakrefs), READONLY, NULL},
    {NULL},
};

static PyType_Slot future_slots[] = {
    {Py_tp_doc, "PyFuture(*, loop=None)\n\nThe awaitable every operation returns: a future and a coroutine "
                "in one. Made by hand it is a plain future."},
    {Py_tp_new, future_create},
    {Py_tp_init, future_init},
    {Py_tp_dealloc, future_dealloc},
    {Py_tp_finalize, future_finalize},
    {Py_tp_traverse, future_traverse},
    {Py_tp_clear, future_clear},
    {Py_tp_repr, future_repr},
    {Py_tp_getattro, future_getattr},
    {Py_tp_iter, future_await},
    {Py_tp_iternext, future_next},
    {Py_am_await, future_await},
    {Py_am_send, future_send},
    {Py_tp_methods, future_methods},
    {Py_tp_getset, future_getset},
    {Py_tp_members, future_members},
    {0, NULL},
};

PyType_Spec future_spec = {
    .name = "dxpy.aio.PyFuture",
    .basicsize = sizeof(PyFuture),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .slots = future_slots,
};
