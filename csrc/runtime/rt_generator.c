/* Resuming generators and coroutines. */
#include "runtime/rt.h"

#include "cpython/due.h"
#include "cpython/generators.h"
#include "cpython/hook.h"

#include "runtime/stack.h"

/* --- resuming compiled generators --- */

/* The code that can go on with a generator at once, the resumption counted; NULL: CPython has to do it. */
static inline CompiledCode *resumable(PyThreadState *tstate, PyGenObject *generator, int *entry) {
    Frame *frame = cp_generator_frame(generator);
    FunctionRecord *record = table_record(frame->f_code);
    if (__builtin_expect(record == NULL || !cp_generator_waits(generator), 0)) return NULL;
    CompiledCode *compiled = record->compiled;
    uint32_t loops = record->loops + 1;
    if (__builtin_expect(compiled == NULL || loops % RESUMES_PER_ASK == 0 || cp_is_tracing(tstate) ||
                             !cp_may_recurse(tstate) || stack_is_low(),
                         0))
        return NULL;
    *entry = table_entry_at(compiled, cp_frame_lasti(frame) + 1);
    if (__builtin_expect(*entry < 0, 0)) return NULL;
    record->loops = loops;
    return compiled;
}

/* It has run: 0: yielded, 1: returned, -1: raised, and what it holds is given back. */
static i64 end_running(PyThreadState *tstate, PyGenObject *generator, PyObject *result) {
    if (cp_end_resume(tstate, generator)) return 0;
    cp_finish_generator(tstate, generator);
    return result != NULL ? 1 : -1;
}

/* It has not just yielded: where its code has left it goes on in the interpreter. */
static __attribute__((noinline)) i64 end_resumption(PyThreadState *tstate, PyGenObject *generator,
                                                    PyObject **result) {
    if (rt_has_left(*result))
        *result =
            osr_interpret(tstate, cp_generator_frame(generator), *result == RT_UNWIND ? CP_UNWIND : CP_GO_ON);
    return end_running(tstate, generator, *result);
}

/* 0: yielded, 1: returned, -1: raised. There is room for a level of recursion. */
static inline i64 resume(PyThreadState *tstate, PyGenObject *generator, PyObject *sent,
                         CompiledCode *compiled, int entry, PyObject **result) {
    Frame *frame = cp_generator_frame(generator);
    cp_begin_resume(tstate, generator, sent);
    tstate->recursion_remaining--;
    frame->previous = cp_current_frame(tstate);
    frame->is_entry = true;
    cp_set_current_frame(tstate, frame);
    compiled->active++;
    PyObject *given = compiled->entry(tstate, frame, compiled->link, entry);
    compiled->active--;
    cp_set_current_frame(tstate, frame->previous);
    cp_leave_recursive(tstate);
    *result = given;
    if (__builtin_expect(rt_has_left(given) || !cp_has_yielded(generator), 0))
        return end_resumption(tstate, generator, result);
    cp_end_resume(tstate, generator);
    return 0;
}

static inline i64 resume_at(PyThreadState *tstate, PyGenObject *generator, PyObject *value,
                            const ResumePoint *point, PyObject **result) {
    return resume(tstate, generator, value, point->compiled, point->entry, result);
}

/* Where the generator goes on, if that is known and nothing is due; the resumption is counted. */
static inline ResumePoint *ready_point(PyThreadState *tstate, PyGenObject *generator, PyObject *value) {
    Frame *frame = cp_generator_frame(generator);
    ResumePoint *point = table_resume_point(frame->prev_instr);
    if (__builtin_expect(point->at != frame->prev_instr || !cp_generator_waits(generator) ||
                             point->left == 0 || cp_is_tracing(tstate) || !cp_may_recurse(tstate) ||
                             stack_may_be_low() || (value != Py_None && cp_generator_is_new(generator)),
                         0))
        return NULL;
    point->left--;
    return point;
}

/* The policy is asked as if the frame were about to run. */
static void ask_of(FunctionRecord *record, Frame *frame) {
    record->loops += RESUMES_PER_ASK;
    frame->localsplus[frame->stacktop++] = Py_NewRef(Py_None);
    hook_ask(record, frame);
    Py_DECREF(frame->localsplus[--frame->stacktop]);
}

/* It goes on there the next time too. */
static void note_point(PyGenObject *generator, CompiledCode *compiled, int entry) {
    const void *at = cp_generator_frame(generator)->prev_instr;
    *table_resume_point(at) = (ResumePoint){at, compiled, entry, RESUMES_PER_ASK, cp_passing_loop(generator)};
}

static inline bool is_generator(PyObject *object) {
    return PyGen_CheckExact(object) || PyCoro_CheckExact(object) || PyAsyncGen_CheckExact(object);
}

static i64 send_to_anext(PyThreadState *tstate, CpAnext *anext, PyObject **result);

static inline i64 of_send_result(PySendResult result) {
    return result == PYGEN_NEXT ? 0 : result == PYGEN_RETURN ? 1 : -1;
}

/* 0: yielded, 1: returned, -1: raised. */
static inline i64 send(PyThreadState *tstate, PyObject *receiver, PyObject *value, PyObject **result) {
    if (is_generator(receiver)) {
        PyGenObject *generator = (PyGenObject *)receiver;
        int entry;
        ResumePoint *point = ready_point(tstate, generator, value);
        if (__builtin_expect(point != NULL, 1)) return resume_at(tstate, generator, value, point, result);
        CompiledCode *compiled =
            value == Py_None || !cp_generator_is_new(generator) ? resumable(tstate, generator, &entry) : NULL;
        if (compiled != NULL) return resume(tstate, generator, value, compiled, entry, result);
        if (!PyAsyncGen_CheckExact(receiver))
            return of_send_result(cp_generator_slots.send(receiver, value, result));
    } else if (cp_anext_waits(receiver) && value == Py_None) {
        return send_to_anext(tstate, (CpAnext *)receiver, result);
    }
    return of_send_result(PyIter_Send(receiver, value, result));
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

/* How the interpreter goes on in a frame at the instruction that raised. */
static CpEntry how_raised(PyThreadState *tstate) {
    return tstate->c_tracefunc != NULL || cp_is_tracing(tstate) ? CP_UNWIND : CP_THROW;
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
        *result = osr_interpret(tstate, frame, how_raised(tstate));
    } else {
        cp_finish_send(frame, *result, status == 0);
        *result = osr_interpret(tstate, frame, CP_GO_ON);
    }
    return end_running(tstate, generator, *result);
}

static bool may_delegate(PyThreadState *tstate, PyObject *receiver) {
    return is_generator(receiver) && cp_delegate((PyGenObject *)receiver) != NULL && !cp_is_tracing(tstate) &&
           tstate->recursion_remaining > MAX_WAITING && !stack_is_low();
}

/* As send, to one that waits. */
static i64 send_on(PyThreadState *tstate, PyObject *receiver, PyObject *value, PyObject **result) {
    PyGenObject *waiting[MAX_WAITING];
    int count = 0;
    while (count < MAX_WAITING && is_generator(receiver)) {
        PyObject *next = cp_delegate((PyGenObject *)receiver); // borrowed from its frame
        if (next == NULL) break;
        cp_begin_waiting(tstate, waiting[count++] = (PyGenObject *)receiver, CP_SEND_TO_YIELD);
        receiver = next;
    }
    tstate->recursion_remaining -= count;
    i64 status = send(tstate, receiver, value, result);
    while (count > 0) {
        PyGenObject *generator = waiting[--count];
        tstate->recursion_remaining++;
        if (__builtin_expect(status == 0 && !cp_is_tracing(tstate), 1))
            cp_end_waiting(tstate, generator, CP_SEND_TO_YIELD);
        else status = go_on(tstate, generator, status, result);
    }
    return status;
}

/* 0: yielded, 1: returned, -1: raised. */
static inline i64 send_along(PyThreadState *tstate, PyObject *receiver, PyObject *value, PyObject **result) {
    return may_delegate(tstate, receiver) ? send_on(tstate, receiver, value, result)
                                          : send(tstate, receiver, value, result);
}

enum { NOT_AT_ONCE = 2 };

/* As send, to one that waits for no other one and has code to go on in; most do. NOT_AT_ONCE: nothing was
 * done. */
static i64 send_at_once(PyThreadState *tstate, PyObject *receiver, PyObject *value, PyObject **result) {
    PyGenObject *generator = (PyGenObject *)receiver;
    int entry;
    if (!cp_begins_at_once(generator) || (value != Py_None && cp_generator_is_new(generator)))
        return NOT_AT_ONCE;
    Frame *frame = cp_generator_frame(generator);
    if (table_resume_point(frame->prev_instr)->at == frame->prev_instr && !cp_is_tracing(tstate))
        ask_of(table_record(frame->f_code), frame);
    CompiledCode *compiled = resumable(tstate, generator, &entry);
    if (__builtin_expect(compiled == NULL, 0)) return NOT_AT_ONCE;
    note_point(generator, compiled, entry);
    return resume(tstate, generator, value, compiled, entry, result);
}

/* Has it no code, and is nothing due? Then the interpreter goes on with it as if nobody had looked: neither
 * CPython's send nor the hook is asked. */
static inline bool is_left_alone(PyThreadState *tstate, PyGenObject *generator, PyObject *value,
                                 const FunctionRecord *record) {
    return record != NULL && record->compiled == NULL && (record->loops + 1) % RESUMES_PER_ASK != 0 &&
           hook_has_nothing_to_do(tstate) && !record->gets_items && cp_begins_at_once(generator) &&
           (value == Py_None || !cp_generator_is_new(generator)) && !stack_may_be_low();
}

static i64 interpret(PyThreadState *tstate, PyGenObject *generator, PyObject *sent, FunctionRecord *record,
                     PyObject **result) {
    Frame *frame = cp_generator_frame(generator);
    record->loops++;
    cp_begin_resume(tstate, generator, sent);
    *result =
        record->loopless ? cp_interpret(tstate, frame, CP_GO_ON) : osr_interpret(tstate, frame, CP_GO_ON);
    return end_running(tstate, generator, *result);
}

static __attribute__((noinline)) i64 send_rarely(PyThreadState *tstate, PyObject *receiver, PyObject *value,
                                                 PyObject **result) {
    PyGenObject *generator = (PyGenObject *)receiver;
    FunctionRecord *record = table_record(cp_generator_frame(generator)->f_code);
    if (is_left_alone(tstate, generator, value, record))
        return interpret(tstate, generator, value, record, result);
    i64 status = send_at_once(tstate, receiver, value, result);
    return status == NOT_AT_ONCE ? send_along(tstate, receiver, value, result) : status;
}

/* --- generators that pass on what others yield ---
 *
 * One that is suspended in `for v in other: yield v` need not run to be resumed: as with yield from it has to
 * be where it would be meanwhile, and then has the value in its variable. */

/* What one passes on has yielded while somebody traces, ended or raised: its code goes on. */
static i64 stop_passing_on(PyThreadState *tstate, PyGenObject *generator, CpPassingLoop loop, i64 status,
                           PyObject **result) {
    Frame *frame = cp_generator_frame(generator);
    if (status > 0) Py_CLEAR(*result);
    /* As if nobody had asked: the other one has ended, and says so again. */
    if (status > 0 && !cp_is_tracing(tstate)) {
        ResumePoint *point = table_resume_point(frame->prev_instr + loop.back);
        cp_end_waiting(tstate, generator, loop.back);
        if (point->at == frame->prev_instr) return resume_at(tstate, generator, Py_None, point, result);
        return send_rarely(tstate, (PyObject *)generator, Py_None, result);
    }
    cp_set_current_frame(tstate, frame->previous);
    if (status >= 0) cp_finish_for_iter(frame, *result);
    *result = osr_interpret(tstate, frame, status >= 0 ? CP_GO_ON : how_raised(tstate));
    return end_running(tstate, generator, *result);
}

/* What is passed on is the variable's, whose value before may begin tracing as it ends. */
static i64 go_on_passing(PyThreadState *tstate, PyGenObject *generator, CpPassingLoop loop,
                         PyObject **result) {
    cp_pass_on(generator, loop, Py_NewRef(*result));
    if (__builtin_expect(!cp_is_tracing(tstate), 1)) {
        cp_end_waiting(tstate, generator, loop.back - 1);
        return 0;
    }
    Frame *frame = cp_generator_frame(generator);
    cp_set_current_frame(tstate, frame->previous);
    Py_DECREF(*result);
    *result = osr_interpret(tstate, frame, CP_GO_ON);
    return end_running(tstate, generator, *result);
}

/* The one that this one's loop goes over, if it may be resumed from here; NULL. */
static inline PyGenObject *passed_on(PyThreadState *tstate, PyGenObject *generator) {
    PyObject *iterator = cp_passing_iterator(generator); // borrowed from its frame
    bool may = PyGen_CheckExact(iterator) && cp_generator_waits((PyGenObject *)iterator) &&
               !cp_breaker_is_set(tstate) && tstate->recursion_remaining > MAX_WAITING;
    return may ? (PyGenObject *)iterator : NULL;
}

/* As send of None, to one that is in such a loop. */
static i64 pass_on(PyThreadState *tstate, PyGenObject *generator, ResumePoint *point, PyObject **result) {
    struct {
        PyGenObject *generator;
        CpPassingLoop loop;
    } waiting[MAX_WAITING];
    int count = 0;
    while (point != NULL && point->loop.back != 0 && count < MAX_WAITING) {
        PyGenObject *next = passed_on(tstate, generator);
        if (next == NULL) break;
        waiting[count].generator = generator;
        waiting[count++].loop = point->loop;
        cp_begin_waiting(tstate, generator, point->loop.back);
        generator = next;
        point = ready_point(tstate, generator, Py_None);
    }
    tstate->recursion_remaining -= count;
    i64 status = point != NULL ? resume_at(tstate, generator, Py_None, point, result)
                               : send_rarely(tstate, (PyObject *)generator, Py_None, result);
    while (count > 0) {
        count--;
        tstate->recursion_remaining++;
        if (__builtin_expect(status == 0 && !cp_is_tracing(tstate), 1))
            status = go_on_passing(tstate, waiting[count].generator, waiting[count].loop, result);
        else status = stop_passing_on(tstate, waiting[count].generator, waiting[count].loop, status, result);
    }
    return status;
}

/* 0: yielded, 1: returned, -1: raised. Of a generator, a coroutine or an async generator. */
static inline i64 send_directly(PyThreadState *tstate, PyObject *receiver, PyObject *value,
                                PyObject **result) {
    PyGenObject *generator = (PyGenObject *)receiver;
    ResumePoint *point = ready_point(tstate, generator, value);
    if (__builtin_expect(point == NULL, 0)) return send_rarely(tstate, receiver, value, result);
    if (point->loop.back != 0 && value == Py_None) return pass_on(tstate, generator, point, result);
    return resume_at(tstate, generator, value, point, result);
}

/* An async generator's next value is what the awaitable returns: no exception need carry it. */
static i64 send_to_anext(PyThreadState *tstate, CpAnext *anext, PyObject **result) {
    PyAsyncGenObject *generator = anext->generator;
    PyObject *value = anext->state == CP_ANEXT_NEW && anext->sent != NULL ? anext->sent : Py_None;
    anext->state = CP_ANEXT_BEGUN;
    generator->ag_running_async = 1;
    i64 status = send_directly(tstate, (PyObject *)generator, value, result);
    if (status == 0) {
        PyObject *item = cp_unwrap_async_value(*result);
        if (item == NULL) return 0; /* it waits for something itself */
        *result = item;
        status = 1;
    } else {
        if (status > 0) {
            Py_DECREF(*result);
            PyErr_SetNone(PyExc_StopAsyncIteration);
        }
        if (PyErr_ExceptionMatches(PyExc_StopAsyncIteration) || PyErr_ExceptionMatches(PyExc_GeneratorExit))
            generator->ag_closed = 1;
        status = -1;
    }
    generator->ag_running_async = 0;
    anext->state = CP_ANEXT_OVER;
    return status;
}

static __attribute__((noinline)) i64 next_of_any(PyThreadState *tstate, PyObject *iterator,
                                                 PyObject **results) {
    PyObject *item = Py_TYPE(iterator)->tp_iternext(iterator);
    results[0] = item;
    if (item != NULL) return 1;
    if (tstate->curexc_type == NULL) return 0;
    if (!PyErr_ExceptionMatches(PyExc_StopIteration)) return -1;
    PyErr_Clear();
    return 0;
}

i64 rt_for_iter(PyThreadState *tstate, PyObject *iterator, PyObject **results) {
    if (!PyGen_CheckExact(iterator)) return next_of_any(tstate, iterator, results);
    i64 status = send_directly(tstate, iterator, Py_None, results);
    if (__builtin_expect(status == 0, 1)) return 1;
    if (status > 0) Py_DECREF(results[0]);
    return status > 0 ? 0 : -1;
}

i64 rt_send(PyThreadState *tstate, PyObject *receiver, PyObject *value, PyObject **results) {
    if (__builtin_expect(returned.receiver == receiver, 0)) {
        returned.receiver = NULL;
        results[0] = returned.value;
        return 1;
    }
    if (PyGen_CheckExact(receiver) || PyCoro_CheckExact(receiver))
        return send_directly(tstate, receiver, value, results);
    if (cp_anext_waits(receiver) && value == Py_None)
        return send_to_anext(tstate, (CpAnext *)receiver, results);
    return send_along(tstate, receiver, value, results);
}

/* --- resumed by a call --- */

/* What a call gives that resumes a generator: where that returns, StopIteration with its value. */
static inline PyObject *yielded_or_stop(i64 status, PyObject *result_steal) {
    if (__builtin_expect(status == 0, 1)) return result_steal;
    if (status < 0) return NULL;
    if (result_steal == Py_None) PyErr_SetNone(PyExc_StopIteration);
    else _PyGen_SetStopIterationValue(result_steal);
    Py_DECREF(result_steal);
    return NULL;
}

PyObject *rt_generator_send(PyThreadState *tstate, PyObject *generator, PyObject *value) {
    PyObject *result = NULL;
    i64 status = send_directly(tstate, generator, value, &result);
    return yielded_or_stop(status, result);
}

PyObject *rt_generator_next(PyThreadState *tstate, PyObject *generator, PyObject *otherwise) {
    PyObject *result = NULL;
    i64 status = send_directly(tstate, generator, Py_None, &result);
    if (otherwise == NULL || status == 0) return yielded_or_stop(status, result);
    if (status < 0) {
        if (!PyErr_ExceptionMatches(PyExc_StopIteration)) return NULL;
        PyErr_Clear();
    } else {
        Py_DECREF(result);
    }
    return Py_NewRef(otherwise);
}

/* In place of CPython's send and next, called as these are. */
PyObject *rt_send_to_generator(PyObject *generator, PyObject *value) {
    return rt_generator_send(_PyThreadState_GET(), generator, value);
}

PyObject *rt_take_next(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    if (__builtin_expect((count == 1 || count == 2) && PyGen_CheckExact(args[0]), 1))
        return rt_generator_next(_PyThreadState_GET(), args[0], count == 2 ? args[1] : NULL);
    return ((_PyCFunctionFast)(void (*)(void))cp_resumers.next)(self, args, count);
}

/* --- resumed by C code --- */

/* In an interpreter of another's there is nothing of ours, and a code object's extra is somebody else's. One
 * that cannot go on has its reasons. */
static inline bool is_ours(PyThreadState *tstate, PyObject *generator) {
    return tstate->interp == cp_home && cp_generator_waits((PyGenObject *)generator);
}

PyObject *rt_generator_item(PyObject *generator) {
    PyThreadState *tstate = _PyThreadState_GET();
    if (__builtin_expect(!is_ours(tstate, generator), 0)) return cp_generator_slots.next(generator);
    PyObject *result = NULL;
    i64 status = send_directly(tstate, generator, Py_None, &result);
    if (status > 0 && result == Py_None) { /* the end of an iteration needs no exception */
        Py_DECREF(result);
        return NULL;
    }
    return yielded_or_stop(status, result);
}

PySendResult rt_generator_take(PyObject *generator, PyObject *value, PyObject **result) {
    PyThreadState *tstate = _PyThreadState_GET();
    *result = NULL;
    if (__builtin_expect(!is_ours(tstate, generator), 0))
        return cp_generator_slots.send(generator, value, result);
    i64 status = send_directly(tstate, generator, value, result);
    return status == 0 ? PYGEN_NEXT : status > 0 ? PYGEN_RETURN : PYGEN_ERROR;
}
