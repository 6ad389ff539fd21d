/* Whom a future tells that it is done: each in its context, directly from the reactor's turn or through the
 * loop. */
#include "reactor/reactor.h"

static int call_soon(PyFuture *future, PyObject *callback, PyObject *context) {
    State *state = future->state;
    PyObject *arguments[] = {future->loop, callback, (PyObject *)future, context};
    PyObject *names = PyTuple_Pack(1, state->names[NAME_CONTEXT]);
    if (names == NULL) return -1;
    PyObject *handle = PyObject_VectorcallMethod(state->names[NAME_CALL_SOON], arguments, 3, names);
    Py_DECREF(names);
    Py_XDECREF(handle);
    return handle == NULL ? -1 : 0;
}

int future_schedule_callbacks(PyFuture *future) {
    PyObject *callback = future->callback, *context = future->context, *more = future->more;
    int result = 0;
    future->callback = future->context = future->more = NULL;
    if (callback != NULL && call_soon(future, callback, context) < 0) result = -1;
    for (Py_ssize_t i = 0; result == 0 && more != NULL && i < PyList_GET_SIZE(more); i++) {
        PyObject *pair = PyList_GET_ITEM(more, i);
        result = call_soon(future, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1));
    }
    Py_XDECREF(callback);
    Py_XDECREF(context);
    Py_XDECREF(more);
    return result;
}

/* A callback that raised is reported as the loop reports its own; -1 for what must go on up. */
static int report_callback(PyFuture *future, PyObject *callback) {
    State *state = future->state;
    if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) || PyErr_ExceptionMatches(PyExc_SystemExit))
        return -1;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != NULL) PyException_SetTraceback(value, traceback);
    PyObject *message = PyUnicode_FromFormat("Exception in callback %R of a dxpy operation", callback);
    PyObject *context =
        message ? Py_BuildValue("{O:O,O:O,O:O}", state->names[NAME_MESSAGE], message,
                                state->names[NAME_EXCEPTION], value, state->names[NAME_FUTURE], future)
                : NULL;
    PyObject *done =
        context ? PyObject_CallMethodOneArg(future->loop, state->names[NAME_CALL_EXCEPTION_HANDLER], context)
                : NULL;
    if (done == NULL) PyErr_WriteUnraisable((PyObject *)future);
    Py_XDECREF(done);
    Py_XDECREF(context);
    Py_XDECREF(message);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return 0;
}

static int call_here(PyFuture *future, PyObject *callback, PyObject *context) {
    if (PyContext_Enter(context) < 0) {
        // The context is in use on this stack: let the loop enter it later.
        PyErr_Clear();
        return call_soon(future, callback, context);
    }
    PyObject *done = PyObject_CallOneArg(callback, (PyObject *)future);
    int result = done == NULL ? report_callback(future, callback) : 0;
    Py_XDECREF(done);
    if (result < 0) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyContext_Exit(context);
        PyErr_Restore(type, value, traceback);
        return -1;
    }
    return PyContext_Exit(context);
}

/* A task that was cancelled after its operation had ended, but before it was woken, asks for the result and
 * then throws CancelledError in its place: nobody has taken what was opened. */
static bool waiter_is_cancelled(PyObject *callback) {
    PyObject *task = PyObject_GetAttrString(callback, "__self__");
    PyObject *wanted = task ? PyObject_GetAttrString(task, "_must_cancel") : NULL;
    bool cancelled = wanted == Py_True;
    PyErr_Clear();
    Py_XDECREF(wanted);
    Py_XDECREF(task);
    return cancelled;
}

int future_wake(PyFuture *future) {
    PyObject *callback = future->callback, *context = future->context;
    int result = 0;
    future->callback = future->context = NULL;
    if (callback != NULL) {
        future->passed_over = future->undelivered != NULL && waiter_is_cancelled(callback);
        // After an interruption the rest are left to the loop.
        result = call_here(future, callback, context);
        Py_DECREF(callback);
        Py_DECREF(context);
    }
    PyObject *more = future->more;
    future->more = NULL;
    for (Py_ssize_t i = 0; more != NULL && i < PyList_GET_SIZE(more); i++) {
        PyObject *pair = PyList_GET_ITEM(more, i);
        callback = PyTuple_GET_ITEM(pair, 0);
        context = PyTuple_GET_ITEM(pair, 1);
        if (result == 0) {
            result = call_here(future, callback, context);
            continue;
        }
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        if (call_soon(future, callback, context) < 0) PyErr_WriteUnraisable((PyObject *)future);
        PyErr_Restore(type, value, traceback);
    }
    Py_XDECREF(more);
    return result;
}

int future_need_loop(PyFuture *future) {
    if (future->loop != NULL) return 0;
    PyErr_SetString(PyExc_RuntimeError, "PyFuture object is not initialized.");
    return -1;
}

PyObject *future_add_done_callback(PyFuture *future, PyObject *const *arguments, Py_ssize_t count,
                                   PyObject *names) {
    Py_ssize_t named = names == NULL ? 0 : PyTuple_GET_SIZE(names);
    PyObject *context = NULL;
    if (count != 1 || named > 1 ||
        (named == 1 &&
         PyUnicode_Compare(PyTuple_GET_ITEM(names, 0), future->state->names[NAME_CONTEXT]) != 0)) {
        PyErr_SetString(PyExc_TypeError, "add_done_callback(callback, *, context=None)");
        return NULL;
    }
    if (future_need_loop(future) < 0) return NULL;
    if (named == 1 && arguments[1] != Py_None) context = Py_NewRef(arguments[1]);
    else context = PyContext_CopyCurrent();
    if (context == NULL) return NULL;
    int result = 0;
    if (future->status != FUTURE_PENDING) {
        result = call_soon(future, arguments[0], context);
    } else if (future->callback == NULL && future->more == NULL) {
        future->callback = Py_NewRef(arguments[0]);
        future->context = Py_NewRef(context);
    } else {
        if (future->more == NULL) future->more = PyList_New(0);
        PyObject *pair = future->more ? PyTuple_Pack(2, arguments[0], context) : NULL;
        result = pair == NULL ? -1 : PyList_Append(future->more, pair);
        Py_XDECREF(pair);
    }
    Py_DECREF(context);
    if (result < 0) return NULL;
    Py_RETURN_NONE;
}

PyObject *future_remove_done_callback(PyFuture *future, PyObject *callback) {
    if (future_need_loop(future) < 0) return NULL;
    Py_ssize_t removed = 0;
    if (future->callback != NULL) {
        int same = PyObject_RichCompareBool(future->callback, callback, Py_EQ);
        if (same < 0) return NULL;
        if (same && future->callback != NULL) {
            Py_CLEAR(future->callback);
            Py_CLEAR(future->context);
            removed++;
        }
    }
    if (future->more == NULL) return PyLong_FromSsize_t(removed);
    PyObject *old = Py_NewRef(future->more), *kept = PyList_New(0);
    if (kept == NULL) goto error;
    // A comparison may run code that changes the list: look at a list of our own, one length check a step.
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(old); i++) {
        PyObject *pair = Py_NewRef(PyList_GET_ITEM(old, i));
        int same = PyObject_RichCompareBool(PyTuple_GET_ITEM(pair, 0), callback, Py_EQ);
        if (same < 0 || (same == 0 && PyList_Append(kept, pair) < 0)) {
            Py_DECREF(pair);
            goto error;
        }
        removed += same;
        Py_DECREF(pair);
    }
    if (future->more != NULL) {
        if (PyList_GET_SIZE(kept) == 0) Py_CLEAR(kept);
        Py_XSETREF(future->more, kept);
    } else {
        Py_XDECREF(kept);
    }
    Py_DECREF(old);
    return PyLong_FromSsize_t(removed);
error:
    Py_XDECREF(kept);
    Py_DECREF(old);
    return NULL;
}
