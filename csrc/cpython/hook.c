/* The frame hook (PEP 523): see hook.h. */
#include "cpython/compat.h"

#include "cpython/due.h"
#include "cpython/generators.h"
#include "cpython/hook.h"
#include "cpython/unseen.h"
#include "jit/engine.h"
#include "jit/table.h"
#include "jit/warm.h"
#include "runtime/rt.h"
#include "runtime/stack.h"

Py_ssize_t table_extra_index = -1;
static bool is_wanted; // one per process, like the hook: it is to be in, though it may be out for a moment

static void free_record(void *record) { engine_forget_record(record); }

int hook_prepare(void) {
    cp_find_resumers((CpResumers){
        rt_send_to_generator, (PyCFunction)(void (*)(void))rt_take_next /* METH_FASTCALL */
    });
    cp_find_lookups();
    cp_find_allocator();
    if (table_extra_index >= 0) return 0;
    table_extra_index = _PyEval_RequestCodeExtraIndex(free_record);
    if (table_extra_index >= 0) return 0;
    PyErr_SetString(PyExc_RuntimeError, "CPython has no free co_extra index for dxpy");
    return -1;
}

FunctionRecord *hook_find_record(PyCodeObject *code) { return table_record(code); }

int hook_attach_record(PyCodeObject *code, FunctionRecord *record) {
    bool is_first = code->co_extra == NULL;
    if (_PyCode_SetExtra((PyObject *)code, table_extra_index, record) < 0) return -1;
    if (is_first) cp_shorten_code_extra(code, table_extra_index + 1);
    if (record->code == code)
        Py_DECREF(code); /* the record goes with the code: its reference is borrowed now */
    record->code = code;
    record->in_co_extra = 1;
    record->loopless = cp_next_back_edge(code, -1) < 0;
    record->plain_args = cp_plain_args(code);
    record->gets_items = !record->loopless && cp_may_get_items(code);
    return 0;
}

/* A code object that is met for the first time, in a frame that is about to run or in the middle of
 * something. NULL: it goes unprofiled. */
static FunctionRecord *adopt(Frame *frame) {
    FunctionRecord *record = engine_record_for_code(frame->f_code, frame->f_globals);
    if (record == NULL) return NULL;
    FunctionRecord *now = table_record(frame->f_code);
    if (now == NULL && hook_attach_record(frame->f_code, record) == 0) return record;
    PyErr_Clear();
    engine_forget_record(record);
    return now;
}

void hook_ask(FunctionRecord *record, Frame *frame) {
    publish_frame = frame;
    publish_at_start = frame->owner == CP_OWNED_BY_THREAD;
    engine_ask(record);
    publish_frame = NULL;
    publish_at_start = false;
}

static PyObject *call(PyObject *callable, PyObject *const *args, size_t given, PyObject *names);

/* Frames that run already were entered without the hook: their back-edges may never be armed. What is new of
 * their code is put into the list `fresh`, if there is one. Nothing here runs code or waits: threads and
 * frames could be gone then. */
static void forbid_osr_in_running_frames(PyInterpreterState *interp, PyThreadState *but_of, PyObject *fresh) {
    for (PyThreadState *thread = PyInterpreterState_ThreadHead(interp); thread;
         thread = PyThreadState_Next(thread))
        for (Frame *frame = thread == but_of ? NULL : cp_current_frame(thread); frame != NULL;
             frame = frame->previous) {
            FunctionRecord *record = table_record(frame->f_code);
            bool is_fresh = record == NULL;
            if (is_fresh) record = adopt(frame);
            if (record == NULL) continue;
            record->osr_never = 1;
            if (is_fresh && fresh != NULL && PyList_Append(fresh, (PyObject *)frame->f_code) < 0)
                PyErr_Clear();
        }
}

/* What earlier runs made of them may be there. */
static void meet_all(PyObject *codes_steal) {
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(codes_steal); i++) {
        FunctionRecord *record = table_record((PyCodeObject *)PyList_GET_ITEM(codes_steal, i));
        if (record != NULL) warm_meet(record);
    }
    Py_DECREF(codes_steal);
}

/* Without a hook the interpreter calls Python functions without going deeper into the C stack, so that a
 * program may recurse as deeply as without dxpy: the hook is out until this frame ends. */
static __attribute__((noinline)) PyObject *evaluate_deep(PyThreadState *tstate, Frame *frame, int throwing) {
    PyInterpreterState *interp = tstate->interp;
    osr_hold();
    _PyInterpreterState_SetEvalFrameFunc(interp, _PyEval_EvalFrameDefault);
    PyObject *result = _PyEval_EvalFrameDefault(tstate, frame, throwing);
    if (is_wanted && _PyInterpreterState_GetEvalFrameFunc(interp) == _PyEval_EvalFrameDefault) {
        forbid_osr_in_running_frames(interp, tstate, NULL); /* this thread's own that were are gone */
        _PyInterpreterState_SetEvalFrameFunc(interp, hook_evaluate);
        osr_release();
    }
    return result;
}

/* A generator's resumption weighs as much as a back-edge. */
static void count(FunctionRecord *record, Frame *frame) {
    if (frame->owner == CP_OWNED_BY_GENERATOR) {
        if (++record->loops % RESUMES_PER_ASK == 0) hook_ask(record, frame);
    } else if (__builtin_expect(++record->calls >= record->next_ask, 0)) {
        hook_ask(record, frame);
    }
}

static void attend(PyThreadState *tstate) {
    if (publish_is_wanted) compile_publish_finished();
    sampler_go_on();
    osr_leave_to_tracing(tstate);
}

/* From now on no subscript runs this function within the interpreter's loop. Where one does already, it goes
 * on unseen. */
static __attribute__((noinline)) void hide_from_items(FunctionRecord *record, Frame *seen) {
    PyInterpreterState *interp = PyInterpreterState_Get();
    for (PyThreadState *thread = PyInterpreterState_ThreadHead(interp); thread;
         thread = PyThreadState_Next(thread))
        for (Frame *frame = cp_current_frame(thread); frame != NULL; frame = frame->previous)
            if (frame != seen && frame->f_code == seen->f_code && cp_runs_unseen(frame))
                record->osr_never = 1;
    cp_hide_from_items(seen->f_func);
}

/* From now on the interpreter calls this function by `call`. */
static void take_calls_of(PyFunctionObject *function) {
    if (function->vectorcall == _PyFunction_Vectorcall) function->vectorcall = call;
}

bool hook_calls_own_code(PyFunctionObject *function) {
    return function->vectorcall == _PyFunction_Vectorcall || function->vectorcall == call;
}

PyObject *hook_call_cpythons_way(PyObject *function, PyObject *const *args, size_t given, PyObject *names) {
    vectorcallfunc own = ((PyFunctionObject *)function)->vectorcall;
    return own == call ? _PyFunction_Vectorcall(function, args, given, names)
                       : PyObject_Vectorcall(function, args, given, names);
}

/* All there is to consider of a call. */
static __attribute__((noinline)) PyObject *evaluate_fully(PyThreadState *tstate, Frame *frame, int throwing) {
    PyCodeObject *code = frame->f_code;
    if (throwing && cp_close_unseen(tstate, frame)) return NULL;
    if (__builtin_expect(stack_is_low(), 0)) return evaluate_deep(tstate, frame, throwing);
    FunctionRecord *record = table_record(code);
    CpEntry how = throwing ? CP_THROW : CP_GO_ON;
    if (__builtin_expect(record == NULL, 0)) {
        record = adopt(frame);
        if (record == NULL) return osr_interpret(tstate, frame, how);
        publish_frame = frame;
        warm_meet(record);
        publish_frame = NULL;
    }
    count(record, frame);
    take_calls_of(frame->f_func);
    if (record->gets_items && !cp_is_hidden_from_items(frame->f_func)) hide_from_items(record, frame);
    if (__builtin_expect(hook_is_something_due(), 0)) {
        attend(tstate);
        if (sampler_at_once && !cp_is_tracing(tstate)) {
            publish_frame = frame;
            bool wanted = compile_osr_at_once(record);
            publish_frame = NULL;
            if (wanted) return osr_interpret(tstate, frame, how);
        }
    }
    CompiledCode *compiled = record->compiled;
    if (compiled == NULL) return osr_interpret(tstate, frame, how);
    if (throwing || cp_is_tracing(tstate)) return osr_interpret(tstate, frame, how);
    int entry = compiled->start_entry;
    if (frame->owner == CP_OWNED_BY_GENERATOR) entry = table_entry_at(compiled, cp_frame_lasti(frame) + 1);
    if (entry < 0) return osr_interpret(tstate, frame, CP_GO_ON);
    PyObject *result = rt_run(tstate, frame, compiled, entry);
    osr_leave_to_tracing(tstate);
    return result;
}

/* Most calls: nothing is due, and the function has no code, and no loop at which it could get some. Then the
 * interpreter goes on in our place, as if nobody had looked. Nothing is called before that, so that nothing
 * has to be saved. */
PyObject *hook_evaluate(PyThreadState *tstate, Frame *frame, int throwing) {
    FunctionRecord *record = table_record(frame->f_code);
    if (__builtin_expect(record == NULL || stack_may_be_low(), 0)) goto fully;
    if (__builtin_expect(hook_is_something_due(), 0)) goto fully;
    if (record->compiled != NULL || !record->loopless || frame->owner != CP_OWNED_BY_THREAD) goto fully;
    uint32_t calls = record->calls + 1;
    if (__builtin_expect(calls >= record->next_ask, 0)) goto fully;
    record->calls = calls;
    take_calls_of(frame->f_func);
    return _PyEval_EvalFrameDefault(tstate, frame, throwing);
fully:
    return evaluate_fully(tstate, frame, throwing);
}

/* The frame of a call with its arguments in place; NULL: CPython has to make it. */
static inline Frame *push_call(PyThreadState *tstate, const FunctionRecord *record,
                               PyFunctionObject *function, PyObject *const *args, Py_ssize_t count) {
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    int words = cp_frame_words(code), wanted = record->plain_args, slot = 0;
    PyObject *defaults = function->func_defaults;
    if (count > wanted || !cp_has_room(tstate, words)) return NULL;
    if (count < wanted && (defaults == NULL || wanted - count > PyTuple_GET_SIZE(defaults))) return NULL;
    Frame *frame = cp_push_frame(tstate, (PyFunctionObject *)Py_NewRef(function), words);
    PyObject **slots = frame->localsplus;
    for (; slot < count; slot++) slots[slot] = Py_NewRef(args[slot]);
    for (; slot < wanted; slot++)
        slots[slot] = Py_NewRef(PyTuple_GET_ITEM(defaults, PyTuple_GET_SIZE(defaults) - wanted + slot));
    for (; slot < code->co_nlocalsplus; slot++) slots[slot] = NULL;
    return frame;
}

/* What the interpreter and C code call for a Python function that the hook has seen: CPython's own way to a
 * frame, and from there through the hook, costs more than many a function. Anything but a plain call with
 * nothing due is left to that. */
static PyObject *call(PyObject *callable, PyObject *const *args, size_t given, PyObject *names) {
    PyThreadState *tstate = _PyThreadState_GET();
    PyFunctionObject *function = (PyFunctionObject *)callable;
    FunctionRecord *record = table_record((PyCodeObject *)function->func_code);
    Py_ssize_t count = PyVectorcall_NARGS(given);
    PyObject *result;
    if (__builtin_expect(names != NULL || record == NULL || tstate->interp->eval_frame != hook_evaluate, 0))
        goto usual;
    if (__builtin_expect(hook_is_something_due() || stack_may_be_low(), 0)) goto usual;
    if (__builtin_expect(record->calls + 1 >= record->next_ask, 0)) goto usual;
    if (record->gets_items && !cp_is_hidden_from_items(function)) goto usual;
    if (record->compiled != NULL) {
        if (rt_call_compiled(tstate, callable, args, count, &result)) return result;
        goto usual;
    }
    if (record->plain_generator >= 0 && rt_call_generator(tstate, callable, args, count, &result))
        return result;
    Frame *frame = push_call(tstate, record, function, args, count);
    if (__builtin_expect(frame == NULL, 0)) goto usual;
    record->calls++;
    result = record->loopless ? _PyEval_EvalFrameDefault(tstate, frame, 0)
                              : osr_interpret(tstate, frame, CP_GO_ON);
    tstate->recursion_remaining--; /* what is dropped may run code: one level, as in the interpreter */
    cp_pop_frame(tstate, frame);
    cp_leave_recursive(tstate);
    return result;
usual:
    return _PyFunction_Vectorcall(callable, args, given, names);
}

int hook_install(void) {
    PyInterpreterState *interp = PyInterpreterState_Get();
    _PyFrameEvalFunction current = _PyInterpreterState_GetEvalFrameFunc(interp);
    if (current == hook_evaluate) {
        is_wanted = true;
        return 0;
    }
    if (current != _PyEval_EvalFrameDefault) {
        PyErr_SetString(
            PyExc_RuntimeError,
            "another frame evaluation function (PEP 523) is set, by a debugger or another compiler; "
            "dxpy stays off until it is taken out");
        return -1;
    }
    PyObject *fresh = PyList_New(0);
    if (fresh == NULL) return -1;
    is_wanted = true;
    forbid_osr_in_running_frames(interp, NULL, fresh);
    osr_release();
    _PyInterpreterState_SetEvalFrameFunc(interp, hook_evaluate);
    cp_take_slots((CpSlots){rt_generator_item, rt_generator_take, rt_map_item});
    sampler_start();
    meet_all(fresh);
    return 0;
}

void hook_remove(void) {
    PyInterpreterState *interp = PyInterpreterState_Get();
    is_wanted = false;
    sampler_stop();
    osr_hold();
    cp_give_slots_back();
    if (_PyInterpreterState_GetEvalFrameFunc(interp) == hook_evaluate)
        _PyInterpreterState_SetEvalFrameFunc(interp, _PyEval_EvalFrameDefault);
}

bool hook_is_installed(void) {
    _PyFrameEvalFunction current = _PyInterpreterState_GetEvalFrameFunc(PyInterpreterState_Get());
    return current == hook_evaluate || (is_wanted && current == _PyEval_EvalFrameDefault);
}
