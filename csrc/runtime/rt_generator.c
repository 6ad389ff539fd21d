/* Generators, coroutines and what they wait for. */
#include "runtime/rt.h"

#include "runtime/osr.h"
#include "runtime/stack.h"

/* --- resuming compiled generators --- */

enum { RESUMES_PER_ASK = 64 }; /* of the policy, by the frame hook */

/* The code that can go on with a generator at once, the resumption counted; NULL: CPython has to do it. */
static inline CompiledCode *resumable(PyThreadState *tstate, PyGenObject *generator, int *entry) {
    Frame *frame = cp_generator_frame(generator);
    FunctionRecord *record = table_record(frame->f_code);
    if (record == NULL) return NULL;
    CompiledCode *compiled = record->compiled;
    if (compiled == NULL || !cp_generator_waits(generator) || (record->loops + 1) % RESUMES_PER_ASK == 0 ||
        cp_is_tracing(tstate) || stack_is_low())
        return NULL;
    *entry = table_entry_at(compiled, cp_frame_lasti(frame) + 1);
    if (*entry < 0) return NULL;
    record->loops++;
    return compiled;
}

/* What a generator yields or returns; NULL: it raised. */
static inline PyObject *resume(PyThreadState *tstate, PyGenObject *generator, PyObject *sent,
                               CompiledCode *compiled, int entry, bool *yielded) {
    cp_begin_resume(tstate, generator, sent);
    PyObject *result = rt_run(tstate, cp_generator_frame(generator), compiled, entry);
    *yielded = cp_end_resume(tstate, generator);
    if (__builtin_expect(!*yielded, 0)) cp_finish_generator(tstate, generator);
    return result;
}

static inline bool is_generator(PyObject *object) {
    return PyGen_CheckExact(object) || PyCoro_CheckExact(object);
}

/* 0: yielded, 1: returned, -1: raised. */
static inline i64 send(PyThreadState *tstate, PyObject *receiver, PyObject *value, PyObject **result) {
    if (is_generator(receiver)) {
        PyGenObject *generator = (PyGenObject *)receiver;
        bool yielded;
        int entry;
        CompiledCode *compiled =
            value == Py_None || !cp_generator_is_new(generator) ? resumable(tstate, generator, &entry) : NULL;
        if (compiled != NULL) {
            *result = resume(tstate, generator, value, compiled, entry, &yielded);
            return yielded ? 0 : *result != NULL ? 1 : -1;
        }
    }
    switch (PyIter_Send(receiver, value, result)) {
    case PYGEN_NEXT: return 0;
    case PYGEN_RETURN: return 1;
    default: return -1;
    }
}

/* --- generators that wait for others ---
 *
 * What is sent to one that is suspended in a yield from or await goes on to what it waits for, and what that
 * yields is yielded in turn: no code of those between need run, as deep as they may be. They only have to be
 * where they would be meanwhile: running, in the chain of frames, and in that of exceptions handled. */

enum { MAX_WAITING = 64 }; /* at a time; what is deeper goes through the code of the last one */

/* What a receiver returned, for the rt_send that compiled code is about to do: set and taken without any code
 * run between. One per process; guarded by the GIL. */
static struct {
    PyObject *receiver; // borrowed; NULL: there is none
    PyObject *value;    // new ref
} returned;

/* Enter compiled code behind the yield; its rt_send finds what there is. */
static PyObject *go_on_compiled(PyThreadState *tstate, PyGenObject *generator, CompiledCode *compiled,
                                int entry, PyObject *value_steal) {
    Frame *frame = cp_generator_frame(generator);
    _Py_CODEUNIT *at_send = frame->prev_instr;
    returned.receiver = frame->localsplus[frame->stacktop - 1];
    returned.value = value_steal;
    frame->prev_instr++;
    frame->localsplus[frame->stacktop++] = Py_NewRef(Py_None);
    PyObject *result = rt_enter(tstate, frame, compiled, entry);
    if (!rt_has_left(result)) return result;
    if (returned.receiver != NULL) { /* it left at once */
        returned.receiver = NULL;
        Py_DECREF(frame->localsplus[--frame->stacktop]);
        frame->prev_instr = at_send;
        cp_finish_send(frame, value_steal, false);
    }
    return osr_interpret(tstate, frame, result == RT_UNWIND ? CP_UNWIND : CP_GO_ON);
}

/* What one waited for has yielded (while somebody traces), returned or raised: its code goes on. */
static i64 go_on(PyThreadState *tstate, PyGenObject *generator, i64 status, PyObject **result) {
    Frame *frame = cp_generator_frame(generator);
    FunctionRecord *record = table_record(frame->f_code);
    CompiledCode *compiled = record != NULL && status > 0 ? record->compiled : NULL;
    int entry = -1;
    cp_set_current_frame(tstate, frame->previous);
    if (compiled != NULL && !cp_is_tracing(tstate) && !stack_is_low())
        entry = table_entry_at(compiled, cp_frame_lasti(frame) + 2);
    if (entry >= 0) {
        *result = go_on_compiled(tstate, generator, compiled, entry, *result);
    } else if (status < 0) {
        bool traced = tstate->c_tracefunc != NULL || cp_is_tracing(tstate);
        *result = osr_interpret(tstate, frame, traced ? CP_UNWIND : CP_THROW);
    } else {
        cp_finish_send(frame, *result, status == 0);
        *result = osr_interpret(tstate, frame, CP_GO_ON);
    }
    if (cp_end_resume(tstate, generator)) return 0;
    cp_finish_generator(tstate, generator);
    return *result != NULL ? 1 : -1;
}

static bool may_delegate(PyThreadState *tstate, PyObject *receiver) {
    return is_generator(receiver) && cp_delegate((PyGenObject *)receiver) != NULL && !cp_is_tracing(tstate) &&
           tstate->recursion_remaining > MAX_WAITING && !stack_is_low();
}

/* As send, to one that waits. */
static i64 send_on(PyThreadState *tstate, PyObject *receiver, PyObject *value, PyObject **result) {
    PyGenObject *waiting[MAX_WAITING];
    int count = 0;
    for (PyObject *next = receiver; count < MAX_WAITING && is_generator(receiver); receiver = next) {
        next = cp_delegate((PyGenObject *)receiver);
        if (next == NULL) break;
        waiting[count++] = (PyGenObject *)receiver;
    }
    for (int i = 0; i < count; i++) cp_begin_delegating(tstate, waiting[i]);
    tstate->recursion_remaining -= count;
    i64 status = send(tstate, receiver, value, result);
    while (count > 0) {
        PyGenObject *generator = waiting[--count];
        tstate->recursion_remaining++;
        if (__builtin_expect(status == 0 && !cp_is_tracing(tstate), 1)) cp_end_delegating(tstate, generator);
        else status = go_on(tstate, generator, status, result);
    }
    return status;
}

i64 rt_for_iter(PyThreadState *tstate, PyObject *iterator, PyObject **results) {
    if (PyGen_CheckExact(iterator)) {
        i64 status = may_delegate(tstate, iterator) ? send_on(tstate, iterator, Py_None, results)
                                                    : send(tstate, iterator, Py_None, results);
        if (__builtin_expect(status == 0, 1)) return 1;
        if (status > 0) Py_DECREF(results[0]);
        return status > 0 ? 0 : -1;
    }
    PyObject *item = Py_TYPE(iterator)->tp_iternext(iterator);
    results[0] = item;
    if (item != NULL) return 1;
    if (tstate->curexc_type == NULL) return 0;
    if (!PyErr_ExceptionMatches(PyExc_StopIteration)) return -1;
    PyErr_Clear();
    return 0;
}

i64 rt_send(PyThreadState *tstate, PyObject *receiver, PyObject *value, PyObject **results) {
    if (__builtin_expect(returned.receiver == receiver, 0)) {
        returned.receiver = NULL;
        results[0] = returned.value;
        return 1;
    }
    if (may_delegate(tstate, receiver)) return send_on(tstate, receiver, value, results);
    return send(tstate, receiver, value, results);
}

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
    PyObject *iterator = type->tp_as_async->am_await(object);
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
    PyObject *iterator = type->tp_as_async->am_aiter(object);
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
    PyObject *next = type->tp_as_async->am_anext(iterator);
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
