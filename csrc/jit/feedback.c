#include "cpython/compat.h"

#include "jit/feedback.h"

#include "cpython/arrays.h"
#include "cpython/decode.h"
#include "jit/guards.h"
#include "jit/lowering.h"
#include "jit/options.h"
#include "jit/publish.h"
#include "jit/table.h"

bool feedback_note_unit(int32_t **units, int32_t *count, int32_t unit) {
    for (int32_t i = 0; i < *count; i++)
        if ((*units)[i] == unit) return true;
    int32_t *grown = PyMem_RawRealloc(*units, sizeof(int32_t) * (size_t)(*count + 1));
    if (grown == NULL) return false;
    *units = grown;
    grown[(*count)++] = unit;
    return true;
}

static int times_noted(const int32_t *units, int32_t count, uint32_t unit) {
    int times = 0;
    for (int32_t i = 0; i < count; i++) times += units[i] == (int32_t)unit;
    return times;
}

/* How often a guard's failing was noted, under a unit of guards.h's. */
static int times_failed(const FunctionRecord *record, int32_t unit) {
    return times_noted(record->failed_guards, record->failed_guard_count, (uint32_t)unit);
}

OsrPoint *feedback_find_loop(FunctionRecord *record, int32_t unit) {
    for (int32_t i = 0; i < record->osr_count; i++)
        if (record->osr_points[i].unit == unit) return &record->osr_points[i];
    return NULL;
}

static OsrPoint *new_loop(FunctionRecord *record, int32_t unit) {
    OsrPoint *grown =
        PyMem_RawRealloc(record->osr_points, sizeof(OsrPoint) * (size_t)(record->osr_count + 1));
    if (grown == NULL) return NULL;
    record->osr_points = grown;
    grown[record->osr_count] = (OsrPoint){.unit = unit};
    return &grown[record->osr_count++];
}

static void sample(uint8_t *types, PyObject **values, int count) {
    for (int i = 0; i < count; i++) types[i] = values[i] ? decode_likely_type(values[i]) : LIKELY_UNSEEN;
}

static bool sample_frame(OsrPoint *point, Frame *frame) {
    if (point->types == NULL || point->count != frame->stacktop) {
        uint8_t *types = PyMem_RawRealloc(point->types, (size_t)frame->stacktop + 1);
        if (types == NULL) return false;
        point->types = types;
        point->count = frame->stacktop;
    }
    sample(point->types, frame->localsplus, point->count);
    return true;
}

bool feedback_sample_loop(FunctionRecord *record, Frame *frame) {
    OsrPoint *loop = feedback_find_loop(record, cp_frame_lasti(frame));
    if (loop == NULL) loop = new_loop(record, cp_frame_lasti(frame));
    return loop != NULL && sample_frame(loop, frame);
}

static void widen(uint8_t *types, PyObject *const *values, int count) {
    for (int i = 0; types != NULL && i < count; i++)
        if (values[i] != NULL && types[i] != LIKELY_UNSEEN && types[i] != decode_likely_type(values[i]))
            types[i] = LIKELY_OTHER;
}

void feedback_widen(FunctionRecord *record, const Frame *frame) {
    int count = cp_argument_slots(frame->f_code);
    widen(record->argument_types, frame->localsplus, count);
    for (int32_t i = 0; i < record->osr_count; i++)
        widen(record->osr_points[i].types, frame->localsplus, Py_MIN(count, record->osr_points[i].count));
}

void feedback_note_met(Frame *innermost, int32_t offset) {
    FunctionRecord *record = !options.force_exits ? table_record(innermost->f_code) : NULL;
    if (record == NULL) return;
    lowering_make_room(record);
    decode_note_met(innermost, offset, record->seen_types, record->seen_count);
}

static void add_loops(CompileContext *cx, Bytecode *code, FunctionRecord *record) {
    code->osr_samples = arena_array(&cx->arena, OsrSample, record->osr_count + 1);
    for (int i = 0; i < code->count; i++) {
        const OsrPoint *loop = feedback_find_loop(record, (int32_t)code->instrs[i].lasti);
        int depth = loop ? loop->count - code->local_count : 0;
        if (loop == NULL) continue;
        code->instrs[i].flags |= BC_OSR;
        if (loop->types == NULL || depth < 0 || depth > code->stack_size) continue;
        code->osr_samples[code->osr_sample_count++] =
            (OsrSample){.index = i, .depth = depth, .types = loop->types};
        code->sample_types = loop->types;
        code->sample_count = loop->count;
    }
}

/* A generator has its variables, and what it goes over, while it waits. */
static void add_resumption(Bytecode *code, FunctionRecord *record) {
    Frame *frame = publish_frame;
    OsrPoint *resumed = &record->resumed;
    if (frame != NULL && frame->owner == CP_OWNED_BY_GENERATOR && frame->f_code == record->code) {
        resumed->unit = cp_frame_lasti(frame);
        sample_frame(resumed, frame);
    }
    if (code->sample_types != NULL || resumed->types == NULL || resumed->count < code->local_count) return;
    code->sample_types = resumed->types;
    code->sample_count = resumed->count;
}

/* The arguments of the call that made it hot, or what they have become in a loop. */
static void add_arguments(CompileContext *cx, Bytecode *code, FunctionRecord *record) {
    Frame *frame = publish_frame;
    uint8_t *types = record->argument_types;
    if (code->argument_count == 0) return;
    if (frame != NULL && publish_at_start && frame->f_code == record->code) {
        if (types == NULL) types = record->argument_types = PyMem_RawCalloc(1, (size_t)code->argument_count);
        if (types != NULL) sample(types, frame->localsplus, code->argument_count);
        code->array_type = cp_array_type(); // the sample may have the first one
    }
    if (types == NULL && code->osr_sample_count > 0)
        types = code->osr_samples[code->osr_sample_count - 1].types;
    if (types == NULL) return;
    code->argument_types = arena_array(&cx->arena, uint8_t, code->argument_count + 1);
    memcpy(code->argument_types, types, (size_t)code->argument_count);
}

/* How often an instruction may fail before it is no more speculated on. Names get new versions as a program
 * sets itself up, and each new global of a script is one more; what they lead to is looked up again at each
 * compile, and so are the classes that owners of attributes had. What functions are called by an argument
 * that was handed over is known as long as they live; those that are gone have failed as well. */
static int chances(const Instr *instr) {
    enum { OF_NAMES = 6, OF_CALLS = 6 };
    int classes = 0;
    if (instr->op == BC_LOAD_GLOBAL) return OF_NAMES;
    if (instr->op == BC_UNPACK_SEQUENCE) return 1; /* a list and a tuple by turns */
    for (const Site *site = instr->site; site != NULL; site = site->next) classes++;
    if (instr->op == BC_CALL) return Py_MAX(1 + classes, OF_CALLS);
    return classes > 0 ? 1 + classes : 0;
}

/* What an operator's guards met were numbers: it is made for any, if need be. How often it may fail for that.
 */
static int meet_numbers(Instr *instr, const FunctionRecord *record) {
    enum { MOST = 2, MOST_WORDS = 8 }; /* code of other functions, made before, meets words too */
    if (instr->op != BC_BINARY_OP && instr->op != BC_COMPARE_OP) return 0;
    int32_t unit = (int32_t)instr->offset;
    int mixed = times_failed(record, guards_number_unit(unit, true)),
        others = times_failed(record, guards_number_unit(unit, false));
    int left_words = times_failed(record, guards_wide_unit(unit, WIDE_LEFT)),
        right_words = times_failed(record, guards_wide_unit(unit, WIDE_RIGHT)),
        wide = times_failed(record, guards_wide_unit(unit, WIDE_RESULT)),
        far = times_failed(record, guards_wide_unit(unit, WIDE_FAR));
    bool of_floats =
        instr->feedback == FB_FLOAT || instr->left == LIKELY_FLOAT || instr->right == LIKELY_FLOAT;
    bool shifts = instr->op == BC_BINARY_OP && instr->arg == BIN_LSHIFT;
    if (of_floats || mixed > 0) { /* two ints where there was a float */
        others += Py_MAX(left_words, right_words) + wide + far;
        left_words = right_words = wide = 0;
    } else if (shifts || (instr->op == BC_BINARY_OP && bc_is_watched(instr->arg))) {
        others += shifts ? far : 0;
        wide += shifts ? 0 : far;
    } else {
        others += wide + far;
        wide = 0;
    }
    if (others > 0 && mixed == 0 && !of_floats) instr->left = instr->right = LIKELY_BIG;
    else if (mixed + others > 0)
        instr->left = instr->right = others || mixed > 1 ? LIKELY_NUMBER : LIKELY_MIXED;
    if (mixed + others == 0) {
        if (left_words > 0) instr->left = LIKELY_WORD;
        if (right_words > 0) instr->right = LIKELY_WORD;
    }
    if (wide > 0) instr->flags |= BC_OVERFLOWS;
    int words = Py_MAX(left_words, right_words) + wide;
    return Py_MIN(words, MOST_WORDS) + (mixed + others < MOST ? mixed + others : MOST);
}

/* A compile after one entry that failed has its frame as the sample, and may do better. */
static bool arrives_as_guessed_no_more(const FunctionRecord *record, int32_t unit) {
    enum { ENTRIES = 2 };
    return times_failed(record, guards_arrival_unit(unit)) > 0 ||
           times_failed(record, guards_entry_unit(unit)) >= ENTRIES;
}

/* The local whose value an instruction takes apart, or -1. */
static int unpacked_local(const Bytecode *code, int index) {
    const Instr *instr = &code->instrs[index];
    return index > 0 && instr->op == BC_UNPACK_SEQUENCE && instr[-1].op == BC_LOAD_FAST ? instr[-1].arg : -1;
}

/* What an instruction takes apart was not what it was taken for: it is either a list or a tuple, or if not
 * that, nothing is known of it. A value is asked once for all that takes it apart: what was not so at one
 * place is no guess for the next. */
static void take_apart_otherwise(Bytecode *code, int index, bool given_up) {
    int local = unpacked_local(code, index);
    for (int i = index; i < code->count; i++) {
        Instr *instr = &code->instrs[i];
        if ((instr->op == BC_STORE_FAST || instr->op == BC_DELETE_FAST) && instr->arg == local) return;
        if (i != index && (local < 0 || unpacked_local(code, i) != local)) continue;
        if (given_up) instr->flags |= BC_NO_SPECULATION;
        else instr->feedback = FB_LIST_OR_TUPLE;
        if (local < 0) return;
    }
}

static void mark_past(Bytecode *code, const FunctionRecord *record) {
    for (int i = 0; i < code->count; i++) {
        Instr *instr = &code->instrs[i];
        int32_t unit = (int32_t)instr->offset, lasti = (int32_t)instr->lasti;
        int failed = times_failed(record, unit);
        if (failed > chances(instr) + meet_numbers(instr, record)) instr->flags |= BC_NO_SPECULATION;
        if (instr->op == BC_UNPACK_SEQUENCE && failed > 0) take_apart_otherwise(code, i, failed > 1);
        if (instr->handler >= 0 && lasti != unit && times_failed(record, lasti))
            instr->flags |= BC_NO_SPECULATION; /* rt_exit_catch */
        if (times_failed(record, guards_loop_unit(unit))) instr->flags |= BC_GUARDS_STAY;
        if (arrives_as_guessed_no_more(record, unit)) instr->flags |= BC_ARRIVES_BOXED;
        if (times_noted(record->warm_units, record->warm_count, instr->offset)) instr->flags |= BC_WARM;
        if (record->cold_off) instr->flags &= (uint16_t)~BC_NEVER_RAN;
    }
}

void feedback_add(CompileContext *cx, Bytecode *code, FunctionRecord *record, bool speculate) {
    add_loops(cx, code, record);
    if (!speculate) return;
    add_resumption(code, record);
    add_arguments(cx, code, record);
    mark_past(code, record);
}

void feedback_add_callee(Bytecode *code, const FunctionRecord *record) {
    if (record != NULL) mark_past(code, record);
}

void feedback_free(FunctionRecord *record) {
    for (int32_t i = 0; i < record->osr_count; i++) PyMem_RawFree(record->osr_points[i].types);
    PyMem_RawFree(record->osr_points);
    PyMem_RawFree(record->resumed.types);
    PyMem_RawFree(record->failed_guards);
    PyMem_RawFree(record->warm_units);
    PyMem_RawFree(record->argument_types);
}
