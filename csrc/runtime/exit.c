/* Entering compiled code and leaving it: the frame is made what the interpreter, a handler or a generator's
 * next resumption expects, from the values that were alive (see ir/image.h, jit/table.h). */
#include "runtime/rt.h"

#include "jit/guards.h"
#include "runtime/osr.h"

PyObject *rt_enter(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, int entry) {
    if (!cp_enter_recursive(tstate)) return NULL;
    Frame *previous = cp_current_frame(tstate);
    frame->previous = previous;
    frame->is_entry = true;
    cp_set_current_frame(tstate, frame);
    compiled->active++;
    PyObject *result = compiled->entry(tstate, frame, compiled->link, entry);
    compiled->active--;
    cp_set_current_frame(tstate, previous);
    cp_leave_recursive(tstate);
    return result;
}

PyObject *rt_run(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, int entry) {
    PyObject *result = rt_enter(tstate, frame, compiled, entry);
    if (__builtin_expect(!rt_has_left(result), 1)) return result;
    return osr_interpret(tstate, frame, result == RT_UNWIND ? CP_UNWIND : CP_GO_ON);
}

/* A number from its bits. There is no way to report that memory ran out: the frame would be lost. */
static PyObject *boxed(int kind, PyObject *bits) {
    i64 integer;
    double real;
    memcpy(&integer, &bits, sizeof(integer));
    memcpy(&real, &bits, sizeof(real));
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *object = kind == EXIT_I64 ? PyLong_FromLongLong(integer) : PyFloat_FromDouble(real);
    if (object == NULL) Py_FatalError("dxpy: no memory to rebuild a frame");
    PyErr_Restore(type, value, traceback);
    return object;
}

/* Put the values where the frame wants them, drop the others. */
static void place_values(Frame *frame, const ExitRecord *record, PyObject **spill) {
    int slots = frame->f_code->co_nlocalsplus;
    for (int i = 0; i < record->value_count; i++) {
        const ExitSlot *slot = &record->values[i];
        PyObject **place = &frame->localsplus[slot->slot], *value = spill[i];
        switch (slot->kind) {
        case EXIT_OWNED: break;
        case EXIT_BORROWED: Py_XINCREF(value); break;
        case EXIT_DROP: continue;
        case EXIT_IF: i += value == NULL; continue;
        default: value = boxed(slot->kind, value);
        }
        if (slot->slot < slots) Py_XDECREF(*place); /* a number's older value: runs no code */
        *place = value;
    }
    for (int i = record->value_count - 1; i >= 0; i--)
        if (record->values[i].kind == EXIT_DROP) Py_XDECREF(spill[i]);
}

static void set_stack_depth(Frame *frame, int depth) {
    frame->stacktop = frame->f_code->co_nlocalsplus + depth;
}

static void take_note(PyThreadState *tstate, FunctionRecord *function, const ExitRecord *exit) {
    if (exit->kind == EXIT_COLD) compile_cold_taken(function);
    else if (exit->count % EXITS_BEFORE_GIVING_UP == 0) compile_guard_failed(function, exit->offset);
    if (!cp_is_tracing(tstate)) compile_rearm(function, exit->offset);
}

PyObject *rt_exit_leave(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit,
                        PyObject **spill) {
    ExitRecord *record = &compiled->exits[exit];
    record->count++;
    if (compiled->record != NULL) {
        compiled->record->exits++;
        if (record->kind == EXIT_GUARD || record->kind == EXIT_COLD)
            take_note(tstate, compiled->record, record);
    }
    place_values(frame, record, spill);
    set_stack_depth(frame, record->depth);
    frame->prev_instr = cp_code_units(frame->f_code) + record->offset - 1;
    return RT_RESUME; /* rt_run goes on in the interpreter, when this code is off the stack */
}

void rt_exit_yield(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit, PyObject **spill) {
    ExitRecord *record = &compiled->exits[exit];
    place_values(frame, record, spill);
    set_stack_depth(frame, record->depth);
    frame->prev_instr = cp_code_units(frame->f_code) + record->lasti;
    cp_frame_generator(frame)->gi_frame_state = FRAME_SUSPENDED;
}

i64 rt_exit_poll(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit, PyObject **spill) {
    const ExitRecord *record = &compiled->exits[exit];
    int slots = frame->f_code->co_nlocalsplus;
    frame->prev_instr = cp_code_units(frame->f_code) + record->lasti;
    for (int i = 0; i < record->value_count; i++) {
        const ExitSlot *slot = &record->values[i];
        if (slot->kind == EXIT_IF) i += spill[i] == NULL;
        if (slot->slot >= slots || (slot->kind != EXIT_I64 && slot->kind != EXIT_F64)) continue;
        Py_XSETREF(frame->localsplus[slot->slot], boxed(slot->kind, spill[i]));
    }
    if (rt_poll(tstate) < 0) return -1;
    return cp_is_tracing(tstate) || compiled->invalid;
}

/* The exception that is set, normalized and with its traceback, taken out of the thread state. */
static PyObject *take_exception(void) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyException_SetTraceback(value, traceback ? traceback : Py_None);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
}

i64 rt_exit_raise(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit, PyObject **spill) {
    ExitRecord *record = &compiled->exits[exit];
    PyObject **stack = frame->localsplus + frame->f_code->co_nlocalsplus;
    record->count++;
    if (record->kind == EXIT_RAISE) {
        frame->prev_instr = cp_code_units(frame->f_code) + record->lasti;
        if (tstate->curexc_type == NULL)
            PyErr_SetString(PyExc_SystemError, "error return without exception set");
        if (cp_is_tracing(tstate)) { /* events are the interpreter's business */
            place_values(frame, record, spill);
            set_stack_depth(frame, record->depth);
            spill[0] = RT_UNWIND;
            return 0;
        }
        cp_add_traceback(frame);
    }
    place_values(frame, record, spill);
    int depth = record->depth;
    if (record->lasti_pushed >= 0) {
        if (record->lasti_pushed) stack[depth++] = PyLong_FromLong(cp_frame_lasti(frame));
        stack[depth] = take_exception();
        return 1;
    }
    set_stack_depth(frame, 0);
    spill[0] = NULL;
    return 0;
}
