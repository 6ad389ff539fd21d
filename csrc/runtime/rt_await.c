/* What await, async for and yield from go over. */
#include "runtime/rt.h"

#include "cpython/generators.h"

PyObject *rt_yield_from_iter(PyThreadState *tstate, PyObject *iterable, i64 in_coroutine) {
    if (PyCoro_CheckExact(iterable) && !in_coroutine) {
        PyErr_SetString(PyExc_TypeError,
                        "cannot 'yield from' a coroutine object in a non-coroutine generator");
        return NULL;
    }
    if (PyCoro_CheckExact(iterable) || PyGen_CheckExact(iterable)) return Py_NewRef(iterable);
    return PyObject_GetIter(iterable);
}

static bool is_coroutine(PyObject *object) {
    if (PyCoro_CheckExact(object)) return true;
    return PyGen_CheckExact(object) && (((PyGenObject *)object)->gi_code->co_flags & CO_ITERABLE_COROUTINE);
}

/* The iterator that awaiting `object` drives. */
static PyObject *awaitable_iter(PyObject *object) { // new ref
    PyTypeObject *type = Py_TYPE(object);
    if (is_coroutine(object)) return Py_NewRef(object);
    if (type->tp_as_async == NULL || type->tp_as_async->am_await == NULL) {
        PyErr_Format(PyExc_TypeError, "object %.100s can't be used in 'await' expression", type->tp_name);
        return NULL;
    }
    PyObject *iterator;
    if (!rt_special_await(object, &iterator)) iterator = type->tp_as_async->am_await(object);
    if (iterator == NULL) return NULL;
    if (is_coroutine(iterator)) {
        PyErr_SetString(PyExc_TypeError, "__await__() returned a coroutine");
        Py_CLEAR(iterator);
    } else if (!PyIter_Check(iterator)) {
        PyErr_Format(PyExc_TypeError, "__await__() returned non-iterator of type '%.100s'",
                     Py_TYPE(iterator)->tp_name);
        Py_CLEAR(iterator);
    }
    return iterator;
}

PyObject *rt_get_awaitable(PyThreadState *tstate, PyObject *object, i64 context) {
    PyTypeObject *type = Py_TYPE(object);
    if (PyCoro_CheckExact(object) && cp_generator_is_new((PyGenObject *)object)) return Py_NewRef(object);
    PyObject *iterator = awaitable_iter(object);
    if (iterator == NULL) {
        if ((context == 1 || context == 2) &&
            (type->tp_as_async == NULL || type->tp_as_async->am_await == NULL))
            PyErr_Format(PyExc_TypeError,
                         "'async with' received an object from %s that does not implement __await__: %.100s",
                         context == 1 ? "__aenter__" : "__aexit__", type->tp_name);
        return NULL;
    }
    if (PyCoro_CheckExact(iterator) && cp_generator_awaits((PyGenObject *)iterator)) {
        Py_DECREF(iterator);
        PyErr_SetString(PyExc_RuntimeError, "coroutine is being awaited already");
        return NULL;
    }
    return iterator;
}

PyObject *rt_get_aiter(PyThreadState *tstate, PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    if (type->tp_as_async == NULL || type->tp_as_async->am_aiter == NULL) {
        PyErr_Format(PyExc_TypeError, "'async for' requires an object with __aiter__ method, got %.100s",
                     type->tp_name);
        return NULL;
    }
    PyObject *iterator;
    if (!rt_special_aiter(object, &iterator)) iterator = type->tp_as_async->am_aiter(object);
    if (iterator == NULL) return NULL;
    if (Py_TYPE(iterator)->tp_as_async == NULL || Py_TYPE(iterator)->tp_as_async->am_anext == NULL) {
        PyErr_Format(
            PyExc_TypeError,
            "'async for' received an object from __aiter__ that does not implement __anext__: %.100s",
            Py_TYPE(iterator)->tp_name);
        Py_CLEAR(iterator);
    }
    return iterator;
}

PyObject *rt_get_anext(PyThreadState *tstate, PyObject *iterator) {
    PyTypeObject *type = Py_TYPE(iterator);
    if (type->tp_as_async == NULL || type->tp_as_async->am_anext == NULL) {
        PyErr_Format(PyExc_TypeError, "'async for' requires an iterator with __anext__ method, got %.100s",
                     type->tp_name);
        return NULL;
    }
    PyObject *next;
    if (!rt_special_anext(iterator, &next)) next = type->tp_as_async->am_anext(iterator);
    if (next == NULL || PyAsyncGen_CheckExact(iterator)) return next;
    PyObject *awaitable = awaitable_iter(next);
    if (awaitable == NULL)
        _PyErr_FormatFromCause(PyExc_TypeError,
                               "'async for' received an invalid object from __anext__: %.100s",
                               Py_TYPE(next)->tp_name);
    Py_DECREF(next);
    return awaitable;
}

i64 rt_end_async_for(PyThreadState *tstate, PyObject *exception_steal) {
    if (PyErr_GivenExceptionMatches(exception_steal, PyExc_StopAsyncIteration)) {
        Py_DECREF(exception_steal);
        return 1;
    }
    PyErr_Restore(Py_NewRef(Py_TYPE(exception_steal)), exception_steal,
                  PyException_GetTraceback(exception_steal));
    return 0;
}

PyObject *rt_async_gen_wrap(PyObject *value) { return cp_wrap_async_value(value); }
