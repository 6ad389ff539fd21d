#include "runtime/osr.h"

#include "jit/feedback.h"
#include "jit/guards.h"
#include "runtime/rt.h"

__thread Activation *osr_innermost; // one per thread, like the stack it leads along

/* The one armed back-edge. One at a time is enough: it is met within a turn of a hot loop. Guarded by the
 * GIL. */
bool osr_is_armed;       /* one per process, like the armed back-edge */
static void *armed_code; // borrowed code object; its frame is running. One per process; guarded by the GIL
static int32_t armed_unit;
static uint8_t armed_opcode;
/* Beside it, a comparison that would take the back-edge in one step is made to only compare. -1: none. */
static int32_t parted_unit = -1; // likewise
static uint8_t parted_opcode;    // likewise
static bool held;

static uint8_t *opcode_at(PyCodeObject *code, int32_t unit) {
    return (uint8_t *)(cp_code_units(code) + unit);
}

void osr_disarm(PyCodeObject *code) {
    if (armed_code == NULL || (code != NULL && armed_code != code)) return;
    *opcode_at(armed_code, armed_unit) = armed_opcode;
    if (parted_unit >= 0) *opcode_at(armed_code, parted_unit) = parted_opcode;
    armed_code = NULL;
    osr_is_armed = false;
}

/* A trace function must not be told of the return that is none. Where none is set yet, but may be by the
 * frame itself before it comes to its back-edge, this goes by the names of what does so; what is set in a
 * call, the hook sees. */
static bool may_be_traced(PyCodeObject *code) {
    return cp_any_thread_is_traced() || cp_has_name(code, "settrace") || cp_has_name(code, "setprofile") ||
           cp_has_name(code, "enable");
}

bool osr_arm(PyCodeObject *code, int32_t unit) {
#ifdef Py_DEBUG
    return false; /* the debug interpreter asserts that RETURN_VALUE finds nothing else on the stack */
#endif
    if (held || armed_code != NULL || unit < 0 || unit >= Py_SIZE(code)) return false;
    uint8_t *opcode = opcode_at(code, unit);
    if (!cp_is_back_edge(*opcode) || may_be_traced(code) || cp_is_made_anew_for_items(code)) return false;
    PyObject *copy = PyCode_GetCode(code); // CPython keeps it: co_code must not show what is written below
    if (copy == NULL) {
        PyErr_Clear();
        return false;
    }
    Py_DECREF(copy);
    armed_code = code;
    osr_is_armed = true;
    armed_unit = unit;
    armed_opcode = *opcode;
    *opcode = RETURN_VALUE;
    parted_unit = cp_comparison_before(code, unit);
    if (parted_unit < 0) return true;
    parted_opcode = *opcode_at(code, parted_unit);
    *opcode_at(code, parted_unit) = CP_COMPARE;
    return true;
}

void osr_hold(void) {
    osr_disarm(NULL);
    held = true;
}

void osr_release(void) { held = false; }

bool osr_sees(PyThreadState *tstate, Frame *frame) {
    const Activation *a = osr_innermost;
    /* Its interpreter loop's own record lies just below on the C stack; after a switch of stacks it would
     * not. */
    ptrdiff_t distance = (char *)a - (char *)tstate->cframe;
    return a != NULL && a->frame == frame && distance > 0 && distance < 4096;
}

/* Did the interpreter return because it met the armed back-edge? Then the frame is as it was before it. */
static bool met_back_edge(PyThreadState *tstate, Frame *frame) {
    if (frame->f_code != armed_code || cp_frame_lasti(frame) != armed_unit || tstate->curexc_type != NULL)
        return false;
    osr_disarm(NULL);
    frame->stacktop++; /* what was "returned" is the top of the stack still */
    return true;
}

/* Generators run on when their frame is entered again: the interpreter left it as if it had returned. */
static void mark_running(Frame *frame) {
    if (frame->owner == CP_OWNED_BY_GENERATOR) cp_frame_generator(frame)->gi_frame_state = FRAME_EXECUTING;
}

static int osr_entry(const CompiledCode *compiled, int32_t unit) {
    for (int i = 0; i < compiled->entry_count; i++)
        if (compiled->entries[i].kind == ENTRY_OSR && compiled->entries[i].offset == unit) return i;
    return -1;
}

/* Enter compiled code at the back-edge that a frame stands at; RT_RESUME when there is none, and it is to be
 * done. */
static PyObject *enter_loop(PyThreadState *tstate, Frame *frame) {
    FunctionRecord *record = table_record(frame->f_code);
    CompiledCode *compiled = record ? record->compiled : NULL;
    bool tracing = cp_is_tracing(tstate);
    int entry = compiled && !tracing ? osr_entry(compiled, cp_frame_lasti(frame)) : -1;
    if (entry < 0 && record && !tracing && compile_at_back_edge(record, frame)) {
        compiled = record->compiled;
        entry = osr_entry(compiled, cp_frame_lasti(frame));
    }
    if (entry < 0) {
        frame->prev_instr = /* the back-edge again, as it is */
            cp_code_units(frame->f_code) + cp_first_unit(frame->f_code, cp_frame_lasti(frame)) - 1;
        return RT_RESUME;
    }
    record->loops++;
    feedback_sample_loop(record, frame);
    return rt_enter(tstate, frame, compiled, entry);
}

PyObject *osr_look(PyThreadState *tstate, Frame *frame, PyObject *result) {
    while (osr_is_armed && met_back_edge(tstate, frame)) {
        mark_running(frame);
        result = enter_loop(tstate, frame);
        if (!rt_has_left(result)) return result;
        Activation here = {.frame = frame, .outer = osr_innermost};
        osr_innermost = &here;
        result = cp_interpret(tstate, frame, result == RT_UNWIND ? CP_UNWIND : CP_GO_ON);
        osr_innermost = here.outer;
    }
    osr_leave_to_tracing(tstate);
    return result;
}
