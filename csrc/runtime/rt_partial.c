/* Calls of objects of functools.partial, without a tuple or a dict of all arguments. */
#include "runtime/rt.h"

#include "cpython/library.h"

enum { MOST_ARGUMENTS = 16 };

static PyObject *call_with_names(PyThreadState *tstate, const CpPartial *parts, PyObject **rest, i64 count) {
    i64 before = count, named = PyDict_GET_SIZE(parts->keywords);
    PyObject *names = PySequence_Tuple(parts->keywords), *value; // the value is borrowed
    if (names != NULL && PyDict_GET_SIZE(parts->keywords) != named) {
        PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
        Py_CLEAR(names); /* by a finalizer that making the tuple ran */
    }
    if (names == NULL) return NULL;
    for (Py_ssize_t at = 0; PyDict_Next(parts->keywords, &at, NULL, &value);)
        rest[count++] = Py_NewRef(value);
    PyObject *result = rt_call(tstate, names, rest, count, 0);
    while (count > before) Py_DECREF(rest[--count]);
    Py_DECREF(names);
    return result;
}

static bool all_are_str(PyObject *keywords) {
    PyObject *name;
    for (Py_ssize_t at = 0; PyDict_Next(keywords, &at, &name, NULL);)
        if (!PyUnicode_Check(name)) return false; /* the program put it there */
    return true;
}

bool rt_call_partial(PyThreadState *tstate, PyObject *partial, PyObject *const *args, i64 count,
                     PyObject **result) {
    enum { FIRST = 2 };
    CpPartial parts;
    PyObject *rest[FIRST + MOST_ARGUMENTS];
    if (!cp_find_partial(partial, &parts)) return false;
    i64 own = PyTuple_GET_SIZE(parts.args), named = PyDict_GET_SIZE(parts.keywords);
    if (own + count + named > MOST_ARGUMENTS || !all_are_str(parts.keywords)) return false;
    rest[0] = NULL;
    rest[1] = Py_NewRef(parts.function); /* a bound method is taken apart there */
    Py_INCREF(parts.args);
    for (i64 i = 0; i < own; i++) rest[FIRST + i] = PyTuple_GET_ITEM(parts.args, i);
    for (i64 i = 0; i < count; i++) rest[FIRST + own + i] = args[i];
    if (named > 0) *result = call_with_names(tstate, &parts, rest, FIRST + own + count);
    else *result = rt_call_borrowed(tstate, parts.function, rest + FIRST, own + count);
    Py_DECREF(parts.args);
    Py_DECREF(parts.function);
    return true;
}
