/* Exceptions and context managers. */
#include "cpython/unseen.h"
#include "runtime/rt.h"

/* An exception made of what stands behind raise or from: an instance, or a class to be called. NULL: an error
 * is set. */
static PyObject *instance_of(PyObject *given, const char *message) { // new ref
    if (PyExceptionInstance_Check(given)) return Py_NewRef(given);
    if (!PyExceptionClass_Check(given)) {
        PyErr_SetString(PyExc_TypeError, message);
        return NULL;
    }
    return PyObject_CallNoArgs(given);
}

/* A class of CPython's own whose instances are made of whatever they are given, without any code run. */
static bool is_plain_exception_class(PyObject *given) {
    const PyTypeObject *plain = (PyTypeObject *)PyExc_BaseException, *type = (PyTypeObject *)given;
    return PyType_Check(given) && !(type->tp_flags & Py_TPFLAGS_HEAPTYPE) && type->tp_new == plain->tp_new &&
           type->tp_init == plain->tp_init && PyExceptionClass_Check(given);
}

bool rt_is_exception_class(PyObject *class, PyObject **init) {
    const PyTypeObject *plain = (PyTypeObject *)PyExc_BaseException, *type = (PyTypeObject *)class;
    if (!Py_IS_TYPE(class, &PyType_Type) || !PyExceptionClass_Check(class) || type->tp_new != plain->tp_new)
        return false;
    *init = NULL;
    if (type->tp_init == plain->tp_init) return true;
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) return false;
    *init = rt_special_function((PyTypeObject *)class, cp_name_init());
    return *init != NULL;
}

PyObject *rt_new_exception(PyTypeObject *type, PyObject *const *args, i64 count) {
    PyObject *tuple = PyTuple_New((Py_ssize_t)count), *exception = NULL;
    for (i64 i = 0; tuple != NULL && i < count; i++) PyTuple_SET_ITEM(tuple, i, Py_NewRef(args[i]));
    if (tuple != NULL) exception = type->tp_new(type, tuple, NULL);
    Py_XDECREF(tuple);
    return exception;
}

static void raise_with(PyObject *given, PyObject *cause) {
    PyObject *fixed_cause = NULL;
    if (cause == NULL && is_plain_exception_class(given)) {
        PyErr_SetNone(given); /* an instance is made when somebody may see it */
        return;
    }
    PyObject *exception = instance_of(given, "exceptions must derive from BaseException");
    if (exception == NULL) return;
    if (!PyExceptionInstance_Check(exception)) {
        PyErr_Format(PyExc_TypeError, "calling %R should have returned an instance of BaseException, not %R",
                     given, Py_TYPE(exception));
        goto done;
    }
    if (cause != NULL) {
        if (cause != Py_None) {
            fixed_cause = instance_of(cause, "exception causes must derive from BaseException");
            if (fixed_cause == NULL) goto done;
        }
        PyException_SetCause(exception, fixed_cause); // steals
    }
    /* The class that was named, not the instance's: an exception's __new__ may give another. */
    PyErr_SetObject(PyExceptionClass_Check(given) ? given : (PyObject *)Py_TYPE(exception), exception);
done:
    Py_DECREF(exception);
}

/* Set the exception being handled again. */
static bool raise_again(PyThreadState *tstate) {
    _PyErr_StackItem *item = tstate->exc_info;
    while ((item->exc_value == NULL || item->exc_value == Py_None) && item->previous_item != NULL)
        item = item->previous_item;
    PyObject *value = item->exc_value;
    if (value == NULL || value == Py_None) {
        PyErr_SetString(PyExc_RuntimeError, "No active exception to reraise");
        return false;
    }
    PyErr_Restore(Py_NewRef(Py_TYPE(value)), Py_NewRef(value), PyException_GetTraceback(value));
    return true;
}

i64 rt_raise(PyThreadState *tstate, PyObject *exception_steal, PyObject *cause_steal) {
    if (exception_steal == NULL) return raise_again(tstate);
    raise_with(exception_steal, cause_steal);
    Py_DECREF(exception_steal);
    Py_XDECREF(cause_steal);
    return 0;
}

void rt_reraise(PyThreadState *tstate, Frame *frame, PyObject *exception_steal, PyObject *lasti) {
    if (lasti != NULL && PyLong_Check(lasti))
        frame->prev_instr = cp_code_units(frame->f_code) + PyLong_AsLong(lasti);
    PyErr_Restore(Py_NewRef(Py_TYPE(exception_steal)), exception_steal,
                  PyException_GetTraceback(exception_steal));
}

PyObject *rt_push_exc_info(PyThreadState *tstate, PyObject *exception) {
    _PyErr_StackItem *item = tstate->exc_info;
    PyObject *previous = item->exc_value ? item->exc_value : Py_NewRef(Py_None);
    item->exc_value = Py_NewRef(exception);
    return previous;
}

void rt_pop_except(PyThreadState *tstate, PyObject *previous_steal) {
    _PyErr_StackItem *item = tstate->exc_info;
    PyObject *handled = item->exc_value;
    item->exc_value = previous_steal;
    Py_XDECREF(handled);
}

static bool may_be_caught(PyObject *type) {
    if (!PyTuple_Check(type)) return PyExceptionClass_Check(type);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(type); i++)
        if (!PyExceptionClass_Check(PyTuple_GET_ITEM(type, i))) return false;
    return true;
}

int rt_check_catchable(PyObject *type) {
    if (may_be_caught(type)) return 0;
    PyErr_SetString(PyExc_TypeError,
                    "catching classes that do not inherit from BaseException is not allowed");
    return -1;
}

i64 rt_exc_match(PyThreadState *tstate, PyObject *exception, PyObject *type) {
    if (rt_check_catchable(type) < 0) return -1;
    return PyErr_GivenExceptionMatches(exception, type);
}

i64 rt_raises_plainly(PyObject *class) { return cp_raises_plainly(class) ? 1 : -1; }

i64 rt_catches(PyObject *raised, PyObject *class) {
    if (!PyExceptionClass_Check(class)) return -1;
    return PyType_IsSubtype((PyTypeObject *)raised, (PyTypeObject *)class) != 0;
}

i64 rt_is_there(PyObject *object) { return object != NULL ? 1 : -1; }
i64 rt_goes_unnoticed(PyObject *object) { return cp_goes_unnoticed(object) ? 1 : -1; }

/* --- with and async with --- */

static PyObject *special(PyObject *manager, PyObject *name, const char *protocol, const char *missed) {
    PyObject *method = _PyObject_LookupSpecial(manager, name);
    if (method == NULL && !PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "'%.200s' object does not support the %s protocol%s",
                     Py_TYPE(manager)->tp_name, protocol, missed);
    return method;
}

/* A method that is a function of the class, without binding it; NULL: there is none. */
static PyObject *plain_method(PyObject *manager, PyObject *name) { // new ref
    PyObject *method = _PyType_Lookup(Py_TYPE(manager), name);
    return method != NULL && PyFunction_Check(method) ? Py_NewRef(method) : NULL;
}

static i64 enter_with(PyThreadState *tstate, PyObject *manager, PyObject *enter, PyObject *exit,
                      const char *protocol, const char *missed, PyObject **results) {
    PyObject *call[2] = {plain_method(manager, enter), manager};
    if (call[0] == NULL) call[1] = special(manager, enter, protocol, "");
    if (call[1] == NULL) return -1;
    uint64_t owned = call[0] != NULL ? 1 : 2;
    PyObject *exiting = special(manager, exit, protocol, missed);
    if (exiting == NULL) {
        Py_DECREF(call[0] != NULL ? call[0] : call[1]);
        return -1;
    }
    PyObject *entered = rt_call(tstate, NULL, call, 2, owned);
    if (entered == NULL) {
        Py_DECREF(exiting);
        return -1;
    }
    results[0] = exiting;
    results[1] = entered;
    return 0;
}

PyObject *rt_bind(PyObject *function, PyObject *self) {
    if (PyFunction_Check(function)) return PyMethod_New(function, self);
    return Py_TYPE(function)->tp_descr_get(function, self, (PyObject *)Py_TYPE(self));
}

i64 rt_before_with(PyThreadState *tstate, PyObject *manager, PyObject **results) {
    return enter_with(tstate, manager, cp_name_enter(), cp_name_exit(), "context manager",
                      " (missed __exit__ method)", results);
}

i64 rt_with_noted(PyThreadState *tstate, PyObject *manager, RtCache *cache, PyObject **results) {
    rt_note_class(cache, Py_TYPE(manager));
    return rt_before_with(tstate, manager, results);
}

i64 rt_before_async_with(PyThreadState *tstate, PyObject *manager, PyObject **results) {
    return enter_with(tstate, manager, cp_name_aenter(), cp_name_aexit(), "asynchronous context manager",
                      " (missed __aexit__ method)", results);
}

PyObject *rt_with_except_start(PyThreadState *tstate, PyObject *exit, PyObject *exception) {
    PyObject *traceback = PyException_GetTraceback(exception);
    PyObject *args[4] = {NULL, (PyObject *)Py_TYPE(exception), exception, traceback ? traceback : Py_None};
    PyObject *result = PyObject_Vectorcall(exit, args + 1, 3 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_XDECREF(traceback);
    return result;
}
