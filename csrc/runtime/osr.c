#include "runtime/osr.h"

#include "runtime/rt.h"

__thread Activation *osr_innermost; // one per thread, like the stack it leads along

/* The one armed back-edge. One at a time is enough: it is met within a turn of a hot loop. Guarded by the
 * GIL. */
bool osr_is_armed;       /* one per process, like the armed back-edge */
static void *armed_code; // borrowed code object; its frame is running. One per process; guarded by the GIL
static int32_t armed_unit;
static uint8_t armed_opcode;
static bool held;

static uint8_t *opcode_at(PyCodeObject *code, int32_t unit) {
    return (uint8_t *)(cp_code_units(code) + unit);
}

void osr_disarm(PyCodeObject *code) {
    if (armed_code == NULL || (code != NULL && armed_code != code)) return;
    *opcode_at(armed_code, armed_unit) = armed_opcode;
    armed_code = NULL;
    osr_is_armed = false;
}

bool osr_arm(PyCodeObject *code, int32_t unit) {
#ifdef Py_DEBUG
    return false; /* the debug interpreter asserts that RETURN_VALUE finds nothing else on the stack */
#endif
    if (held || armed_code != NULL || unit < 0 || unit >= Py_SIZE(code)) return false;
    uint8_t *opcode = opcode_at(code, unit);
    if (!cp_is_back_edge(*opcode)) return false;
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

PyObject *osr_look(PyThreadState *tstate, Frame *frame, PyObject *result) {
    if (!met_back_edge(tstate, frame)) return result;
    CpEntry how = CP_GO_ON;
    mark_running(frame);
    FunctionRecord *record = table_record(frame->f_code);
    CompiledCode *compiled = record ? record->compiled : NULL;
    int entry = compiled && !cp_is_tracing(tstate) ? osr_entry(compiled, cp_frame_lasti(frame)) : -1;
    if (entry < 0) {
        frame->prev_instr--; /* the back-edge again, as it is */
    } else {
        record->loops++;
        result = rt_enter(tstate, frame, compiled, entry);
        if (!rt_has_left(result)) return result;
        how = result == RT_UNWIND ? CP_UNWIND : CP_GO_ON;
    }
    return osr_interpret(tstate, frame, how);
}
