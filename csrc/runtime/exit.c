/* Entering compiled code and leaving it: the frame is made what the interpreter, a handler or a generator's next
 * resumption expects, from the values that were alive (see ir/image.h, jit/table.h). */
#include "runtime/rt.h"

PyObject *rt_run(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, int entry) {
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

/* Put the values where the frame wants them, drop the others. */
static void place_values(Frame *frame, const ExitRecord *record, PyObject **spill) {
    PyObject **stack = frame->localsplus + frame->f_code->co_nlocalsplus;
    for (int i = 0; i < record->value_count; i++) {
        const ExitSlot *slot = &record->values[i];
        if (slot->kind == EXIT_OWNED) stack[slot->slot] = spill[i];
        else if (slot->kind == EXIT_BORROWED) stack[slot->slot] = Py_XNewRef(spill[i]);
    }
    for (int i = record->value_count - 1; i >= 0; i--)
        if (record->values[i].kind == EXIT_DROP) Py_XDECREF(spill[i]);
}

static void set_stack_depth(Frame *frame, int depth) { frame->stacktop = frame->f_code->co_nlocalsplus + depth; }

/* Go on in the interpreter at the code unit, and stay there until the function ends. */
static PyObject *interpret_from(PyThreadState *tstate, Frame *frame, int unit) {
    frame->prev_instr = cp_code_units(frame->f_code) + unit - 1;
    cp_set_current_frame(tstate, frame->previous);
    cp_leave_recursive(tstate); /* the interpreter enters by itself */
    PyObject *result = cp_interpret(tstate, frame, 0);
    tstate->recursion_remaining--;
    return result;
}

PyObject *rt_exit_leave(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit, PyObject **spill) {
    ExitRecord *record = &compiled->exits[exit];
    record->count++;
    if (compiled->record != NULL) compiled->record->exits++;
    place_values(frame, record, spill);
    set_stack_depth(frame, record->depth);
    return interpret_from(tstate, frame, record->offset);
}

void rt_exit_yield(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit, PyObject **spill) {
    ExitRecord *record = &compiled->exits[exit];
    place_values(frame, record, spill);
    set_stack_depth(frame, record->depth);
    frame->prev_instr = cp_code_units(frame->f_code) + record->lasti;
    cp_frame_generator(frame)->gi_frame_state = FRAME_SUSPENDED;
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
