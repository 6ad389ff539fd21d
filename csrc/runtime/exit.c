/* Entering compiled code and leaving it: the frame is made what the interpreter, a handler or a generator's
 * next resumption expects, from the values that were alive (see ir/image.h, jit/table.h). */
#include "runtime/exit.h"

#include "cpython/generators.h"
#include "cpython/unseen.h"
#include "jit/guards.h"
#include "jit/native.h"
#include "runtime/osr.h"
#include "runtime/stack.h"

PyObject *rt_enter(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, int entry) {
    if (!cp_enter_recursive(tstate, "")) return NULL;
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

/* --- the frames of calls that were put in line --- */

/* The frames themselves come later: clearing room for all that there may be takes as long as a short exit. */
static inline void begin_frames(Frames *f, const CompiledCode *compiled, const ExitRecord *record) {
    f->compiled = compiled;
    f->record = record;
    f->spill = NULL;
    f->has_objects = false;
    f->objects_end = 0;
}

static PyCodeObject *code_of(const Frames *f, int level) { return f->at[level]->f_code; }

static void set_stack_depth(Frame *frame, int depth) {
    frame->stacktop = frame->f_code->co_nlocalsplus + depth;
}

static void set_place(Frame *frame, int unit) { frame->prev_instr = cp_code_units(frame->f_code) + unit; }

/* Room for a frame: where CPython's own are, or, when that chunk is full, from the heap. */
static Frame *new_frame(PyThreadState *tstate, PyFunctionObject *function) {
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    int words = cp_frame_words(code);
    Frame *frame;
    Py_INCREF(function);
    if (cp_has_room(tstate, words)) {
        frame = cp_push_frame(tstate, function, words);
    } else {
        frame = PyMem_Malloc((size_t)words * sizeof(PyObject *));
        if (frame == NULL) Py_FatalError("dxpy: no memory to rebuild a frame");
        cp_init_frame(frame, function);
    }
    for (int i = 0; i < code->co_nlocalsplus; i++) frame->localsplus[i] = NULL;
    return frame;
}

static int kind_of(const Frames *f, int level) {
    return f->compiled->inlined[f->record->levels[level].frame - 1].kind;
}

static bool gathers_at(const Frames *f, int level) {
    return f->record->levels[level].frame != 0 && ir_gathers(kind_of(f, level));
}

/* How many operands the frame of a level has. */
static int operands_at(const Frames *f, int level) {
    return f->record->levels[level].depth - gathers_at(f, level);
}

/* Its own memory goes. */
static void release_frame(PyThreadState *tstate, Frame *frame, int kind) {
    if (ir_steps(kind) || ir_gathers(kind)) {
        rt_end_running(tstate, frame);
        tstate->recursion_remaining += ir_levels(kind);
        return;
    }
    bool on_top = (PyObject **)frame + cp_frame_words(frame->f_code) == tstate->datastack_top;
    cp_clear_frame(tstate, frame); /* while it counts as a level, see rt_call.c */
    tstate->recursion_remaining += ir_levels(kind);
    if (on_top) tstate->datastack_top = (PyObject **)frame;
    else PyMem_Free(frame);
}

static void end_frame(PyThreadState *tstate, Frames *f, int level) {
    int kind = kind_of(f, level);
    release_frame(tstate, f->at[level], kind);
    if (ir_gathers(kind)) Py_CLEAR(f->gathered[level]);
}

/* Those that are there: the innermost of them is the running one. */
static void find_frames(PyThreadState *tstate, Frames *f) {
    Frame *frame = cp_current_frame(tstate);
    for (int level = 0; level < f->record->level_count; level++) {
        if (!f->record->levels[level].there) continue;
        f->at[level] = frame;
        frame = frame->previous;
    }
}

static bool is_object_row(const ExitSlot *row) {
    return row->kind == EXIT_OWNED || row->kind == EXIT_BORROWED || row->kind == EXIT_MADE;
}

/* The frame of a level, of the function that one of the values is; it is a level of recursion. */
static void make_frame(PyThreadState *tstate, Frames *f, int level, PyObject **spill, Frame *caller) {
    const InlinedCode *call = &f->compiled->inlined[f->record->levels[level].frame - 1];
    int slot = call->first_slot + call->code->co_nlocalsplus + inlined_stack_size(call), row = 0;
    while (f->record->values[row].slot != slot || !is_object_row(&f->record->values[row]))
        row = exit_next_row(f->record, row);
    bool is_made = f->record->values[row].kind == EXIT_MADE;
    PyFunctionObject *function = (PyFunctionObject *)spill[is_made ? exit_bits(spill[row]) : row];
    if (ir_steps(call->kind))
        f->at[level] = rt_running_step(tstate, function, caller, operands_at(f, level + 1));
    else if (ir_gathers(call->kind)) f->at[level] = rt_running_gather(tstate, function);
    else f->at[level] = new_frame(tstate, function);
    f->gathered[level] = NULL;
    f->at[level]->previous = caller;
    tstate->recursion_remaining -= ir_levels(call->kind);
}

/* Make the frames that are not there yet, outermost first. */
static void make_frames(PyThreadState *tstate, Frames *f, PyObject **spill) {
    find_frames(tstate, f);
    if (!f->record->levels[0].there) exit_make_objects(f, spill);
    for (int level = f->record->level_count - 2; level >= 0; level--) {
        set_place(f->at[level + 1], f->record->levels[level + 1].lasti);
        if (!f->record->levels[level].there) make_frame(tstate, f, level, spill, f->at[level + 1]);
    }
    /* what is raised again is shown where it was raised first, which rt_reraise has said */
    if (f->record->kind != EXIT_RERAISE || f->record->level_count > 1)
        set_place(f->at[0], f->record->levels[0].lasti);
}

/* Where a slot is. NULL: it is the function of a frame, which has a reference of its own. */
static PyObject **slot_place(Frames *f, int32_t slot, bool *is_local) {
    for (int level = 0; level < f->record->level_count; level++) {
        int32_t number = f->record->levels[level].frame;
        int32_t local = number ? slot - f->compiled->inlined[number - 1].first_slot : slot;
        PyCodeObject *code = code_of(f, level);
        if (local < 0) continue;
        *is_local = local < code->co_nlocalsplus;
        if (number && local == code->co_nlocalsplus + inlined_stack_size(&f->compiled->inlined[number - 1]))
            return NULL;
        if (!*is_local && gathers_at(f, level) && --local < code->co_nlocalsplus) return &f->gathered[level];
        return &f->at[level]->localsplus[local];
    }
    Py_FatalError("dxpy: an exit has a value for no frame");
}

static bool is_local(Frames *f, const ExitSlot *slot) {
    bool result = false;
    return slot_place(f, slot->slot, &result) != NULL && result;
}

/* The object that another row has made of the same number, or that the memory had of it; NULL: none. */
static PyObject *made_before(Frames *f, const ExitSlot *same) { // new ref
    bool is_local;
    if (same != NULL && same - f->record->values < f->objects_end)
        return Py_XNewRef(f->spill[same - f->record->values]);
    PyObject **place = same != NULL ? slot_place(f, same->slot, &is_local) : NULL;
    return place != NULL ? Py_XNewRef(*place) : NULL;
}

static void place_value(Frames *f, const ExitSlot *slot, PyObject **at, const ExitSlot *same) {
    PyObject *value = *at;
    bool is_local = false;
    PyObject **place = slot_place(f, slot->slot, &is_local);
    if (place == NULL) {
        if (slot->kind == EXIT_OWNED) Py_DECREF(value);
        return;
    }
    if (slot->kind == EXIT_BORROWED) Py_XINCREF(value);
    else if (slot->kind == EXIT_RANGE) value = exit_range(at);
    else if (slot->kind == EXIT_MADE) value = Py_NewRef(f->spill[exit_bits(value)]);
    else if (slot->kind != EXIT_OWNED) {
        PyObject *before = made_before(f, same);
        value = before != NULL ? before : exit_boxed(slot->kind, value);
    }
    if (is_local) Py_XDECREF(*place); /* a number's older value: runs no code */
    *place = value;
}

/* What a level has on its operand stack when an exception leaves it goes with it. */
static void drop_values(const Frames *f, int level) {
    for (int i = f->record->value_count - 1; i >= f->objects_end; i--)
        if (f->record->values[i].kind == EXIT_DROP && f->record->values[i].slot == level)
            Py_XDECREF(f->spill[i]);
}

/* The memory has it already. */
static void skip_value(const ExitSlot *slot, PyObject *value) {
    if (slot->kind == EXIT_OWNED) Py_XDECREF(value);
}

/* Put the values where the frames want them, drop the others of the innermost level. */
static void place_values(Frames *f, PyObject **spill) {
    const ExitRecord *record = f->record;
    const ExitSlot *same = NULL;
    exit_make_objects(f, spill);
    for (int i = f->objects_end; i < record->value_count; i++) {
        const ExitSlot *slot = &record->values[i];
        if (slot->kind == EXIT_SAME) {
            same = &record->values[slot->slot];
            continue;
        }
        if (slot->kind == EXIT_IF && spill[i] != NULL) continue;
        if (slot->kind == EXIT_IF) i++, skip_value(&record->values[i], spill[i]);
        else if (slot->kind != EXIT_DROP && slot->kind != EXIT_PART) place_value(f, slot, &spill[i], same);
        same = NULL;
    }
    exit_forget_objects(f);
    drop_values(f, 0);
}

/* --- leaving --- */

/* A guard may fail now and then; each time it has failed this often its function may be compiled again.
 * Before that it is noted, so that a compile made for another one of the function knows it too. */
enum { EXITS_BEFORE_NOTED = EXITS_BEFORE_GIVING_UP / 2 };

/* What the first few meet is what there is; later ones are asked now and then. */
static void note_met(const ExitRecord *record, Frame *innermost) {
    bool early = record->count <= 2 * EXITS_BEFORE_GIVING_UP;
    if (record->kind == EXIT_GUARD && (early || record->count % EXITS_BEFORE_GIVING_UP == 0))
        feedback_note_met(innermost, record->levels[0].offset);
}

/* To be asked once for each time it was taken. `at`: the frame that the guard belongs to, `offset` the unit
 * it is known by. */
static void count_failure(ExitRecord *record, FunctionRecord *function, const Frames *f, Frame *at,
                          int32_t offset) {
    uint64_t turn = record->count % EXITS_BEFORE_GIVING_UP;
    if (turn == 1) record->since = budget_now();
    bool again = turn == 0 && budget_is_worth_it(function, record->count, record->since);
    if (!record->noted && (again || (turn == EXITS_BEFORE_NOTED && budget_is_often(record->since))))
        record->noted = compile_note_failure(at, offset);
    if (again && record->noted) compile_guard_failed(function, f->at[record->level_count - 1], at);
}

/* At the place it goes on at by a jump back, and not at that jump itself. */
static bool has_jumped_back(PyCodeObject *code, const ExitLevel *level) {
    return level->lasti > level->offset && cp_back_edge_of(code, level->lasti) >= 0 &&
           cp_first_unit(code, level->lasti) != level->offset;
}

/* The unit that a guard is known by. */
static int32_t guard_unit(const ExitRecord *record, PyCodeObject *code) {
    int32_t offset = record->levels[0].offset;
    if (record->kind == EXIT_LOOP) return guards_loop_unit(offset);
    if (record->levels[0].lasti < offset) return guards_arrival_unit(offset);
    return has_jumped_back(code, &record->levels[0]) ? guards_entry_unit(offset) : offset;
}

static void count_exit(PyThreadState *tstate, CompiledCode *compiled, ExitRecord *record, const Frames *f) {
    FunctionRecord *function = compiled->record;
    int outermost = record->level_count - 1;
    record->count++;
    if (record->kind == EXIT_LEAVE && compiled->invalid && !cp_is_tracing(tstate)) {
        FunctionRecord *now = table_record(f->at[outermost]->f_code);
        if (now != NULL) compile_rearm(now, record->levels[outermost].offset); /* on in what replaces it */
    }
    if (function == NULL) return;
    function->exits++;
    /* The eval breaker asked in a call without a frame, mostly for dxpy itself: what the caller loops over is
     * to go on in compiled code afterwards. */
    if (record->kind == EXIT_LEAVE && record->level_count > 1 && !compiled->invalid &&
        !cp_is_tracing(tstate)) {
        cp_poll_quietly(tstate);
        compile_rearm(function, record->levels[outermost].offset);
    }
    note_met(record, f->at[0]);
    if (record->kind == EXIT_COLD) compile_cold_taken(function, f->at[outermost]);
    else if (record->kind != EXIT_GUARD && record->kind != EXIT_LOOP) return;
    else count_failure(record, function, f, f->at[0], guard_unit(record, f->at[0]->f_code));
    if (!cp_is_tracing(tstate)) compile_rearm(function, record->levels[outermost].offset);
}

/* What an operator gives whose method has returned: the operands are there still, and may be asked again.
 * NULL: it raised. */
static PyObject *operator_result(int kind, PyObject **operands, PyObject *result_steal) {
    if (kind >= INLINED_CONTAINS && kind < INLINED_SET_ITEM)
        return kind == INLINED_LEN ? rt_length_given(result_steal)
                                   : rt_found_given(result_steal, kind - INLINED_CONTAINS);
    if (result_steal != Py_NotImplemented || kind < INLINED_BINARY || kind >= INLINED_CONTAINS)
        return result_steal;
    Py_DECREF(result_steal);
    if (kind >= INLINED_COMPARE) return rt_not_compared(operands[0], operands[1], kind - INLINED_COMPARE);
    kind -= INLINED_BINARY;
    return rt_not_implemented(operands[0], operands[1], kind / 2, kind % 2);
}

/* The operands go, the lowest first, and the result comes in their place. */
static void replace_operands(Frame *frame, int depth, int kind, PyObject *result_steal) {
    enum { MOST = 3 };
    PyObject *gone[MOST + 1];
    int count = ir_operands(kind), left = depth - count;
    PyObject **lowest = &frame->localsplus[frame->f_code->co_nlocalsplus + left];
    for (int i = 0; i < count; i++) gone[i] = lowest[i];
    if (ir_gives_nothing(kind)) gone[count++] = result_steal;
    else lowest[0] = result_steal;
    set_stack_depth(frame, left + !ir_gives_nothing(kind));
    for (int i = 0; i < count; i++) Py_XDECREF(gone[i]);
}

/* A call has returned: its caller goes on, with the result or with what was raised. */
static CpEntry return_from(int kind, const Frames *f, int level, PyObject *result) {
    const ExitLevel *caller = &f->record->levels[level];
    Frame *frame = f->at[level];
    int depth = operands_at(f, level);
    PyObject **top = &frame->localsplus[frame->f_code->co_nlocalsplus + depth];
    set_stack_depth(frame, depth);
    set_place(frame, caller->lasti);
    if (kind == INLINED_INIT && result != NULL && !rt_check_none(result)) result = NULL;
    int operands = ir_operands(kind);
    if (operands > 0 && result != NULL) result = operator_result(kind, top - operands, result);
    if (result == NULL) return CP_UNWIND;
    if (operands > 0) {
        replace_operands(frame, depth, kind, result);
    } else if (kind != INLINED_INIT) { /* whose instance is there already */
        *top = result;
        set_stack_depth(frame, depth + 1);
    }
    set_place(frame, caller->offset - 1);
    return CP_GO_ON;
}

static CpEntry return_to(const Frames *f, int level, PyObject *result) {
    return return_from(kind_of(f, level - 1), f, level, result);
}

/* The interpreter runs a frame that is there, and counts as a level of recursion. It goes, unless it is a
 * step's. */
static PyObject *interpret(PyThreadState *tstate, Frames *f, int level, int kind, CpEntry how) {
    Frame *frame = f->at[level];
    cp_set_current_frame(tstate, frame->previous);
    cp_leave_recursive(tstate); /* the interpreter's loop counts for itself */
    PyObject *result = ir_gathers(kind)
                           ? rt_gather_on(tstate, frame, f->gathered[level], kind - INLINED_GATHER, how)
                           : osr_interpret(tstate, frame, how);
    tstate->recursion_remaining--;
    if (ir_gathers(kind)) tstate->recursion_remaining += ir_levels(kind);
    else if (!ir_steps(kind)) release_frame(tstate, frame, kind);
    return result;
}

/* The interpreter runs the frames of calls put in line, innermost first. The function's own is left to
 * rt_run, when this code is off the stack: how it is to go on. */
static PyObject *interpret_inlined(PyThreadState *tstate, Frames *f, CpEntry how) {
    for (int level = 0; level < f->record->level_count - 1; level++) {
        PyObject *result = interpret(tstate, f, level, kind_of(f, level), how);
        if (ir_steps(kind_of(f, level))) {
            how =
                rt_step_given(tstate, f->at[level], f->at[level + 1], &f->record->levels[level + 1], result);
            drop_values(f, level + 1);
            continue;
        }
        drop_values(f, level + 1);
        how = return_to(f, level + 1, result);
    }
    return how == CP_GO_ON ? RT_RESUME : RT_UNWIND;
}

void rt_clear_frame(PyThreadState *tstate, Frame *frame) { cp_clear_frame(tstate, frame); }

static void need_exception(PyThreadState *tstate) {
    rt_tell(tstate);
    if (tstate->curexc_type == NULL) PyErr_SetString(PyExc_SystemError, "error return without exception set");
}

/* --- native functions that have left --- */

NativeState native_state; // one per process, see rt.h

/* One activation: what its exit needs, until its caller that has a frame makes the frames of all of them. */
typedef struct Left {
    Frames f;       /* record NULL: it had no code, and did nothing yet */
    Native *absent; /* borrowed, if so; its function is the caller's, or the last value */
    struct Left *inner, *outer;
    bool calls_absent; /* the inner one is absent */
    PyObject **held;   /* by row: what was borrowed and has a reference of its own now, or NULL */
    PyObject *values[];
} Left;

static Left *new_left(int count) {
    Left *left = PyMem_Calloc(1, sizeof(Left) + 2 * (size_t)count * sizeof(PyObject *));
    if (left == NULL) Py_FatalError("dxpy: no memory to rebuild a frame");
    left->held = left->values + count;
    left->inner = native_state.left;
    if (left->inner != NULL) {
        left->inner->outer = left;
        left->calls_absent = left->inner->absent != NULL;
    }
    native_state.left = left;
    return left;
}

i64 rt_may_enter(PyThreadState *tstate) {
    if (stack_is_low()) return 0;
    return !cp_breaker_is_set(tstate) || cp_poll_quietly(tstate);
}

i64 rt_goes_on(PyThreadState *tstate, CompiledCode *compiled) {
    if (!cp_poll_quietly(tstate) || compiled->invalid) return 0;
    return compiled->record != NULL && compiled->record->compiled == compiled; /* else: on in what is newer */
}

/* Nothing is dropped here: that could run code. */
void rt_exit_native(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit, PyObject **spill) {
    const ExitRecord *record = &compiled->exits[exit];
    Left *left = new_left(record->value_count);
    left->f.compiled = compiled;
    left->f.record = record;
    compiled->active++;
    for (int row = 0; row < record->value_count; row++) {
        int kind = record->values[row].kind;
        left->values[row] = spill[row];
        if (kind == EXIT_BORROWED || kind == EXIT_NEW) left->held[row] = Py_XNewRef(spill[row]);
    }
    if (record->kind == EXIT_RAISE) need_exception(tstate);
}

static int exit_kind_of(IrType number) {
    return number == IR_I64 ? EXIT_I64 : number == IR_U64 ? EXIT_U64 : EXIT_F64;
}

i64 rt_absent_native(PyThreadState *tstate, void *link, i64 a0, i64 a1, i64 a2, i64 a3, i64 a4, i64 a5,
                     i64 a6, i64 a7, i64 a8, i64 a9, i64 a10, i64 a11) {
    const i64 arguments[] = {a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11};
    Native *native = link;
    Left *left = new_left(native->signature.argument_count);
    left->absent = native;
    for (int i = 0; i < native->signature.argument_count; i++) {
        memcpy(&left->values[i], &arguments[i], sizeof(arguments[i]));
        if (native->signature.arguments[i] == IR_OBJ) Py_INCREF(left->values[i]);
        else
            left->values[i] =
                exit_boxed(exit_kind_of((IrType)native->signature.arguments[i]), left->values[i]);
    }
    return native->signature.result == IR_OBJ ? 0 : NATIVE_LEFT_NUMBER;
}

static int left_levels(const Left *left) { return left->absent != NULL ? 1 : left->f.record->level_count; }
static int left_kind(const Left *left, int level) {
    return left->absent != NULL ? INLINED_CALL : kind_of(&left->f, level);
}
static bool has_raised(const Left *left) {
    if (left->absent != NULL) return false;
    int kind = left->f.record->kind;
    return kind == EXIT_RAISE || kind == EXIT_RERAISE || kind == EXIT_CATCH;
}

static void make_absent_frame(PyThreadState *tstate, Left *left, Frame *caller) {
    const NativeSignature *signature = &left->absent->signature;
    int count = native_given(signature);
    PyObject *function = signature->of_code ? left->values[count] : (PyObject *)left->absent->function;
    Frame *frame = left->f.at[0] = new_frame(tstate, (PyFunctionObject *)function);
    frame->previous = caller;
    tstate->recursion_remaining--;
    for (int i = 0; i < count; i++) frame->localsplus[i] = left->values[i];
    if (signature->of_code) Py_DECREF(function); /* the frame has it */
}

static void make_left_frames(PyThreadState *tstate, Left *left, Frame *caller) {
    const ExitRecord *record = left->f.record;
    for (int level = record->level_count - 1; level >= 0; level--) {
        make_frame(tstate, &left->f, level, left->values, caller);
        caller = left->f.at[level];
        set_place(caller, record->levels[level].lasti);
    }
    place_values(&left->f, left->values);
    for (int row = 0; row < record->value_count; row++) Py_XDECREF(left->held[row]);
    set_stack_depth(caller, record->kind == EXIT_RAISE ? 0 : operands_at(&left->f, 0));
    if (record->kind != EXIT_CALLEE && !has_raised(left)) set_place(caller, record->levels[0].offset - 1);
}

/* Guards that keep failing, code that had not run, calls of what has no code: it is compiled anew. */
static void count_left(PyThreadState *tstate, Left *left) {
    ExitRecord *record = (ExitRecord *)left->f.record;
    FunctionRecord *function = left->f.compiled->record;
    const ExitLevel *level = &record->levels[0];
    record->count++;
    if (function == NULL) return;
    function->exits++;
    note_met(record, left->f.at[0]);
    bool again = record->count % EXITS_BEFORE_GIVING_UP == 0;
    if (record->kind == EXIT_COLD && again) native_is_cold(function, left->f.at[0], level->offset);
    if ((record->kind == EXIT_GUARD || record->kind == EXIT_LOOP) && again)
        native_failed(function, left->f.at[0],
                      record->kind == EXIT_LOOP ? guards_loop_unit(level->offset) : level->offset);
    if (record->kind == EXIT_CALLEE && again && left->calls_absent)
        native_failed(function, left->f.at[0], level->lasti);
    FunctionRecord *innermost = table_record(left->f.at[0]->f_code);
    if (innermost != NULL && !cp_is_tracing(tstate)) compile_rearm(innermost, level->offset);
}

static PyObject *interpret_left(PyThreadState *tstate, Left *left, CpEntry how) {
    for (int level = 0;; level++) {
        PyObject *result = interpret(tstate, &left->f, level, left_kind(left, level), how);
        if (level + 1 == left_levels(left)) return result;
        drop_values(&left->f, level + 1);
        how = return_to(&left->f, level + 1, result);
    }
}

/* Make the frames of all activations that have left, and let the interpreter run them, innermost first. */
static PyObject *finish_left(PyThreadState *tstate, Left *outermost, Frame *caller) {
    Left *left = outermost, *innermost = outermost;
    for (; left != NULL; left = left->inner) {
        if (left->absent != NULL) make_absent_frame(tstate, left, caller);
        else make_left_frames(tstate, left, caller);
        caller = left->f.at[0];
        innermost = left;
    }
    left = innermost;
    CpEntry how = has_raised(left) ? CP_UNWIND : CP_GO_ON;
    for (;;) {
        if (left->absent == NULL) count_left(tstate, left);
        PyObject *result = interpret_left(tstate, left, how);
        Left *outer = left->outer;
        if (left->absent == NULL) ((CompiledCode *)left->f.compiled)->active--;
        PyMem_Free(left);
        if (outer == NULL) return result;
        left = outer;
        how = return_from(INLINED_CALL, &left->f, 0, result);
    }
}

/* A native function that this code called has left. */
static PyObject *leave_behind(PyThreadState *tstate, CompiledCode *compiled, ExitRecord *record,
                              PyObject **spill) {
    Frames f;
    begin_frames(&f, compiled, record);
    Left *left = native_state.left;
    const ExitLevel *level = &record->levels[0];
    FunctionRecord *function = compiled->record;
    int outermost = record->level_count - 1;
    native_state.left = NULL;
    make_frames(tstate, &f, spill);
    place_values(&f, spill);
    set_stack_depth(f.at[0], operands_at(&f, 0));
    set_place(f.at[0], level->lasti);
    record->count++;
    if (function != NULL) {
        function->exits++;
        if (left->absent != NULL && record->count % EXITS_BEFORE_GIVING_UP == 0 &&
            compile_note_failure(f.at[0], level->lasti))
            compile_guard_failed(function, f.at[outermost], f.at[0]);
        if (!cp_is_tracing(tstate)) compile_rearm(function, record->levels[outermost].offset);
    }
    PyObject *result = finish_left(tstate, left, f.at[0]);
    return interpret_inlined(tstate, &f, return_from(INLINED_CALL, &f, 0, result));
}

PyObject *rt_exit_leave(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit,
                        PyObject **spill) {
    ExitRecord *record = &compiled->exits[exit];
    Frames f;
    begin_frames(&f, compiled, record);
    if (record->kind == EXIT_CALLEE) return leave_behind(tstate, compiled, record, spill);
    make_frames(tstate, &f, spill);
    place_values(&f, spill);
    set_stack_depth(f.at[0], operands_at(&f, 0));
    set_place(f.at[0], record->levels[0].offset - 1);
    count_exit(tstate, compiled, record, &f);
    return interpret_inlined(tstate, &f, CP_GO_ON);
}

void rt_exit_yield(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit, PyObject **spill) {
    const ExitRecord *record = &compiled->exits[exit];
    Frames f;
    begin_frames(&f, compiled, record);
    f.at[0] = frame;
    place_values(&f, spill);
    set_stack_depth(frame, record->levels[0].depth);
    set_place(frame, record->levels[0].lasti);
    cp_frame_generator(frame)->gi_frame_state = FRAME_SUSPENDED;
}

i64 rt_exit_poll(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit, PyObject **spill) {
    const ExitRecord *record = &compiled->exits[exit];
    Frames f;
    begin_frames(&f, compiled, record);
    const ExitSlot *same = NULL;
    find_frames(tstate, &f);
    set_place(f.at[0], record->levels[0].lasti);
    int first = 0;
    while (first < record->value_count && record->values[first].kind == EXIT_NEW)
        first = exit_next_row(record, first); /* operands, which nobody sees */
    for (int i = first; i < record->value_count; i++) {
        const ExitSlot *slot = &record->values[i];
        if (slot->kind == EXIT_SAME) same = &record->values[slot->slot];
        if (slot->kind == EXIT_SAME || (slot->kind == EXIT_IF && spill[i] != NULL)) continue;
        if (slot->kind == EXIT_IF) i++;
        else if (slot->kind != EXIT_DROP && slot->kind != EXIT_OWNED && is_local(&f, slot))
            place_value(&f, slot, &spill[i], same);
        same = NULL;
    }
    if (rt_poll(tstate) < 0) return -1;
    return cp_is_tracing(tstate) || compiled->invalid;
}

/* Has a variable an object that the memory lacks, which leaving makes or hands over? */
static bool lacks_objects(Frames *f, PyObject **spill) {
    for (int i = 0; i < f->record->value_count; i++) {
        const ExitSlot *slot = &f->record->values[i];
        if (slot->kind == EXIT_IF && spill[i] == NULL) i++;
        else if ((slot->kind == EXIT_MADE || slot->kind == EXIT_OWNED) && is_local(f, slot)) return true;
    }
    return false;
}

/* What code run here would find in such a variable is put there by leaving only: the next look, which is the
 * interpreter's, does what is to be done. */
i64 rt_exit_turn(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit, PyObject **spill) {
    const ExitRecord *record = &compiled->exits[exit];
    const ExitLevel *outermost = &record->levels[record->level_count - 1];
    Frames f;
    begin_frames(&f, compiled, record);
    find_frames(tstate, &f);
    set_place(f.at[0], record->levels[0].lasti);
    if (cp_poll_quietly(tstate)) return cp_is_tracing(tstate) || compiled->invalid;
    FunctionRecord *function = compiled->record;
    bool lacks = lacks_objects(&f, spill);
    i64 status = lacks ? 0 : rt_exit_poll(tstate, frame, compiled, exit, spill);
    if (status != 0 || function == NULL || cp_is_tracing(tstate) || compiled->invalid) return status | lacks;
    if (record->level_count == 1) compile_back_soon(function, outermost->offset, outermost->lasti);
    else compile_rearm(function, outermost->offset);
    return 1;
}

/* --- raising --- */

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

static void add_traceback(Frame *frame) {
    FunctionRecord *record = table_record(frame->f_code);
    cp_add_traceback(frame, record ? record->raised : NULL);
}

/* The exception that is set leaves the calls put in line. */
static void unwind_inlined(PyThreadState *tstate, Frames *f) {
    for (int level = 0; level < f->record->level_count - 1; level++) {
        cp_set_current_frame(tstate, f->at[level]);
        if (level > 0 || f->record->kind == EXIT_RAISE) add_traceback(f->at[level]);
        if (level > 0) drop_values(f, level);
        set_stack_depth(f->at[level], 0);
        cp_set_current_frame(tstate, f->at[level + 1]);
        end_frame(tstate, f, level);
    }
}

/* Where exceptions are no exception the call is better not put in line: that is noted of the instruction that
 * raised in the function that has the handler. */
PyObject *rt_exit_catch(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit,
                        PyObject **spill) {
    ExitRecord *record = &compiled->exits[exit];
    FunctionRecord *function = compiled->record;
    Frames f;
    begin_frames(&f, compiled, record);
    int outermost = record->level_count - 1, catcher = 0;
    need_exception(tstate);
    make_frames(tstate, &f, spill);
    place_values(&f, spill);
    set_stack_depth(f.at[0], operands_at(&f, 0));
    while (record->levels[catcher].lasti_pushed != HANDLER_INTERPRETED) catcher++;
    record->count++;
    if (function != NULL) {
        function->exits++;
        count_failure(record, function, &f, f.at[catcher], record->levels[catcher].lasti);
        if (!cp_is_tracing(tstate)) compile_rearm(function, record->levels[outermost].offset);
    }
    return interpret_inlined(tstate, &f, CP_UNWIND);
}

/* Is what is set caught by the function itself, where nobody sees it? Then the calls put in line are gone,
 * all values are in place, and so is what stands for the exception. `*placed`: the values are in place in any
 * case. */
static bool catch_unseen(PyThreadState *tstate, Frames *f, PyObject **spill, bool *placed) {
    int outermost = f->record->level_count - 1, depth = f->record->levels[outermost].depth;
    Frame *frame = f->at[outermost];
    FunctionRecord *record = table_record(frame->f_code);
    if (f->record->levels[outermost].lasti_pushed != 0 || record == NULL ||
        cp_was_seen(tstate, frame, record->caught))
        return false;
    int body = cp_unseen_body(tstate, frame, record->caught);
    if (body < 0) return false;
    for (int level = 0; level < outermost; level++)
        if (ir_steps(kind_of(f, level)) || !cp_ends_unseen(f->at[level])) return false;
    if (!*placed) place_values(f, spill);
    *placed = true;
    if (!cp_body_is_blind(frame, body)) return false;
    PyObject *class = cp_take_class();
    rt_forget_untold();
    for (int level = 0; level < outermost; level++) {
        set_stack_depth(f->at[level], 0);
        cp_set_current_frame(tstate, f->at[level + 1]);
        end_frame(tstate, f, level);
        drop_values(f, level + 1);
    }
    frame->localsplus[frame->f_code->co_nlocalsplus + depth] = class;
    return true;
}

i64 rt_exit_raise(PyThreadState *tstate, Frame *frame, CompiledCode *compiled, i64 exit, PyObject **spill) {
    ExitRecord *record = &compiled->exits[exit];
    const ExitLevel *level = &record->levels[record->level_count - 1];
    Frames f;
    begin_frames(&f, compiled, record);
    bool calls = record->level_count > 1, again = record->kind == EXIT_RERAISE && !calls, placed = calls;
    record->count++;
    make_frames(tstate, &f, spill);
    if (calls) place_values(&f, spill); /* the frames are shown in the traceback */
    if (!again) {
        bool traced = cp_is_tracing(tstate);
        if (record->kind == EXIT_RAISE && !traced && catch_unseen(tstate, &f, spill, &placed)) return 1;
        need_exception(tstate);
        if (cp_is_tracing(tstate) && record->kind == EXIT_RAISE) { /* events are the interpreter's business */
            if (!placed) place_values(&f, spill);
            set_stack_depth(f.at[0], operands_at(&f, 0));
            spill[0] = interpret_inlined(tstate, &f, CP_UNWIND);
            return 0;
        }
        unwind_inlined(tstate, &f);
        add_traceback(frame);
    }
    if (!placed) place_values(&f, spill);
    if (calls) drop_values(&f, record->level_count - 1);
    PyObject **stack = frame->localsplus + frame->f_code->co_nlocalsplus;
    int depth = level->depth;
    if (level->lasti_pushed >= 0) {
        if (level->lasti_pushed) {
            i64 lasti = cp_frame_lasti(frame);
            PyObject *bits;
            memcpy(&bits, &lasti, sizeof(bits));
            stack[depth++] = exit_boxed(EXIT_I64, bits);
        }
        stack[depth] = take_exception();
        return 1;
    }
    set_stack_depth(frame, 0);
    spill[0] = NULL;
    return 0;
}
