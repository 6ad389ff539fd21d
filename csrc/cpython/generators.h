/* Generators and coroutines: what CPython keeps to itself of making, resuming and ending them. */
#ifndef DXPY_CPYTHON_GENERATORS_H
#define DXPY_CPYTHON_GENERATORS_H

#include "cpython/compat.h"

/* Is it at its start or at a yield? Then it may be resumed. */
static inline bool cp_generator_waits(PyGenObject *generator) {
    return generator->gi_frame_state < FRAME_EXECUTING;
}
static inline bool cp_generator_is_new(PyGenObject *generator) {
    return generator->gi_frame_state == FRAME_CREATED;
}
static inline Frame *cp_generator_frame(PyGenObject *generator) { return (Frame *)generator->gi_iframe; }

/* What stands around the running of a generator's frame, as the interpreter's own send does it. */
static inline void cp_begin_running(PyThreadState *tstate, PyGenObject *generator) {
    generator->gi_exc_state.previous_item = tstate->exc_info;
    tstate->exc_info = &generator->gi_exc_state;
    generator->gi_frame_state = FRAME_EXECUTING;
}
static inline void cp_begin_resume(PyThreadState *tstate, PyGenObject *generator, PyObject *sent) {
    _PyFrame_StackPush(cp_generator_frame(generator), Py_NewRef(sent));
    cp_begin_running(tstate, generator);
}
static inline bool cp_has_yielded(PyGenObject *generator) {
    return generator->gi_frame_state == FRAME_SUSPENDED;
}
/* True: it yielded; false: it is over. */
static inline bool cp_end_resume(PyThreadState *tstate, PyGenObject *generator) {
    bool yielded = cp_has_yielded(generator);
    if (!yielded) generator->gi_frame_state = FRAME_COMPLETED;
    tstate->exc_info = generator->gi_exc_state.previous_item;
    generator->gi_exc_state.previous_item = NULL;
    cp_generator_frame(generator)->previous = NULL;
    return yielded;
}

/* May it be resumed, and does it certainly wait for no other one? */
static inline bool cp_begins_at_once(PyGenObject *generator) {
    return cp_generator_waits(generator) && _Py_OPARG(cp_generator_frame(generator)->prev_instr[1]) <
                                                2; /* of its RESUME, or of what is before */
}

/* What a suspended generator or coroutine waits for by yield from or await, borrowed; NULL: nothing. */
static inline PyObject *cp_delegate(PyGenObject *generator) {
    if (generator->gi_frame_state != FRAME_SUSPENDED) return NULL;
    Frame *frame = cp_generator_frame(generator);
    _Py_CODEUNIT next = frame->prev_instr[1];
    int opcode = _Py_OPCODE(next);
    if ((opcode != RESUME && opcode != RESUME_QUICK) || _Py_OPARG(next) < 2) return NULL;
    if (_Py_OPCODE(frame->prev_instr[-1]) != SEND || _Py_OPCODE(frame->prev_instr[-2]) == EXTENDED_ARG)
        return NULL;
    return frame->localsplus[frame->stacktop - 1];
}
/* It runs on, in the instruction so many units before the yield that it is suspended at, for the one that it
 * waits for; nothing of its code is run for that. */
static inline void cp_begin_waiting(PyThreadState *tstate, PyGenObject *generator, int units) {
    Frame *frame = cp_generator_frame(generator);
    frame->prev_instr -= units;
    frame->is_entry = true;
    frame->previous = cp_current_frame(tstate);
    cp_set_current_frame(tstate, frame);
    cp_begin_running(tstate, generator);
}
/* That one has yielded: it is suspended again, so many units on. */
static inline void cp_end_waiting(PyThreadState *tstate, PyGenObject *generator, int units) {
    Frame *frame = cp_generator_frame(generator);
    frame->prev_instr += units;
    cp_set_current_frame(tstate, frame->previous);
    frame->previous = NULL;
    tstate->exc_info = generator->gi_exc_state.previous_item;
    generator->gi_exc_state.previous_item = NULL;
    generator->gi_frame_state = FRAME_SUSPENDED;
}
enum { CP_SEND_TO_YIELD = 1 }; /* units between what delegates and its yield */
/* What the SEND that a frame stands at does with a result: put in the place of what was waited for, on behind
 * the loop; or yielded. */
static inline void cp_finish_send(Frame *frame, PyObject *result_steal, bool yielded) {
    if (yielded) {
        _PyFrame_StackPush(frame, result_steal);
        return;
    }
    PyObject **top = &frame->localsplus[frame->stacktop - 1], *receiver = *top;
    *top = result_steal;
    Py_DECREF(receiver);
    frame->prev_instr += _Py_OPARG(*frame->prev_instr);
}

/* `for v in iterator: yield v`: the loop that a generator is suspended in, if nothing else is done in it. */
typedef struct CpPassingLoop {
    int16_t local; /* the slot of v */
    int16_t back;  /* units from the yield back to the FOR_ITER; 0: it is in no such loop */
} CpPassingLoop;

/* What such a loop goes over, borrowed. */
static inline PyObject *cp_passing_iterator(PyGenObject *generator) {
    Frame *frame = cp_generator_frame(generator);
    return frame->localsplus[frame->stacktop - 1];
}
/* The next value is the variable's; what was there may run code at its end. */
static inline void cp_pass_on(PyGenObject *generator, CpPassingLoop loop, PyObject *value_steal) {
    Frame *frame = cp_generator_frame(generator);
    PyObject *before = frame->localsplus[loop.local];
    frame->prev_instr++;
    frame->localsplus[loop.local] = value_steal;
    Py_XDECREF(before);
}
/* What the FOR_ITER that a frame stands at does with an item, or at the end (NULL). */
static inline void cp_finish_for_iter(Frame *frame, PyObject *item_steal) {
    if (item_steal != NULL) {
        _PyFrame_StackPush(frame, item_steal);
        return;
    }
    frame->prev_instr += _Py_OPARG(*frame->prev_instr);
    Py_DECREF(frame->localsplus[--frame->stacktop]);
}

/* Nothing is left to be done at its end but to give back what it is made of: its frame has ended, and nobody
 * watches it go. */
static inline bool cp_is_finished_generator(PyObject *object) {
#ifdef Py_REF_DEBUG
    return false; /* the debug build keeps account of what goes */
#endif
    PyTypeObject *type = Py_TYPE(object);
    if (__builtin_expect(type != &PyGen_Type && type != &PyCoro_Type, 1)) return false;
    PyGenObject *generator = (PyGenObject *)object;
    return generator->gi_frame_state == FRAME_CLEARED && generator->gi_weakreflist == NULL;
}

/* What asking an async generator for its next value gives, of genobject.c: an awaitable. */
typedef enum CpAnextState { CP_ANEXT_NEW, CP_ANEXT_BEGUN, CP_ANEXT_OVER } CpAnextState;
typedef struct CpAnext {
    PyObject_HEAD PyAsyncGenObject *generator;
    PyObject *sent; /* NULL: nothing */
    CpAnextState state;
} CpAnext;

/* May it be sent to? Else CPython has something to complain about. */
static inline bool cp_anext_waits(PyObject *object) {
    if (!Py_IS_TYPE(object, &_PyAsyncGenASend_Type)) return false;
    CpAnext *anext = (CpAnext *)object;
    return anext->state == CP_ANEXT_BEGUN ||
           (anext->state == CP_ANEXT_NEW && !anext->generator->ag_running_async);
}

/* C functions that resume the generator they are given. */
typedef struct CpResumers {
    PyCFunction send, next; /* of generators and coroutines; the built-in one */
} CpResumers;
extern CpResumers cp_resumers;     // one per process, like the functions; set before the hook is installed
extern CpResumers cp_own_resumers; // likewise: what compiled code calls in place of these

/* How C code resumes one, as the types have it: an iterator's next item, and sending; and how it goes over a
 * map. */
typedef struct CpSlots {
    iternextfunc next;
    sendfunc send;
    iternextfunc map_next;
} CpSlots;
extern CpSlots cp_generator_slots;  // CPython's own; one per process, like the types
extern PyInterpreterState *cp_home; // borrowed; the interpreter that the hook is in. One per process

/* --- cpython/generators.c --- */
void cp_find_resumers(CpResumers own);
/* From now on C code that goes over a generator, or drives a coroutine, comes to these. */
void cp_take_slots(CpSlots slots);
void cp_give_slots_back(void);
/* One more than the number of arguments of a function that takes positional ones only and does nothing but
 * make a generator or coroutine of itself; -1: any other function. */
int16_t cp_plain_generator(PyCodeObject *code);
/* Give a finished generator's memory back. */
void cp_free_generator(PyGenObject *generator);
/* A generator or coroutine whose frame has its slots still to be filled, not tracked yet; NULL, without an
 * exception: CPython has to make it. */
PyGenObject *cp_new_generator(PyThreadState *tstate, PyFunctionObject *function);
/* One without variables, wherever it is suspended; its slots may be given values, from the lowest operand on
 * up, and then the unit of the yield that it is suspended at. */
PyGenObject *cp_bare_generator(PyFunctionObject *function); // new ref; NULL: no memory
void cp_put_slot(PyGenObject *generator, int slot, PyObject *value_steal);
void cp_suspend_at(PyGenObject *generator, int unit);
/* The unit of the yield that a generator is suspended at; -1: it is none, or somebody else has to do with it.
 */
int cp_suspended_at(PyObject *object);
/* It is complete now. False: there is no memory for its cells, it is gone. */
bool cp_publish_generator(PyGenObject *generator);
/* It is not wanted after all: as if it had never been made. */
void cp_forget_generator(PyGenObject *generator);
/* Give back what a generator holds whose frame has ended; an exception that is set may become another one. */
void cp_finish_generator(PyThreadState *tstate, PyGenObject *generator);
/* The loop of a suspended one whose items are yielded as they are. */
CpPassingLoop cp_passing_loop(PyGenObject *generator);
/* Is the suspended generator or coroutine waiting for another one? */
bool cp_generator_awaits(PyGenObject *generator);
PyObject *cp_wrap_async_value(PyObject *value); // new ref
/* The value that such a wrapper has, which is gone then; NULL: it is none. */
PyObject *cp_unwrap_async_value(PyObject *wrapped); // new ref

#endif
