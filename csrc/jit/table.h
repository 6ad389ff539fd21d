/* The code table: compiled code that is loaded, linked and may run. */
#ifndef DXPY_JIT_TABLE_H
#define DXPY_JIT_TABLE_H

#include "base/strbuf.h"
#include "cpython/generators.h"
#include "ir/image.h"
#include "ir/ir.h"
#include "jit/record.h"

typedef PyObject *(*CompiledEntry)(PyThreadState *tstate, Frame *frame, void *link, int64_t entry);

typedef struct ExitSlot {
    uint8_t kind; /* ExitValueKind */
    int32_t slot;
} ExitSlot;

enum { EXIT_MAX_LEVELS = 16 }; /* calls put in line within each other, and the function itself */

/* How an exit leaves one frame. */
typedef struct ExitLevel {
    int32_t frame; /* 0: the code's own; else 1 + index into CompiledCode.inlined */
    bool there;    /* before the exit; else the exit makes it */
    int32_t offset, lasti, depth;
    int8_t lasti_pushed; /* the handler wants lasti below the exception; -1: there is no handler; or
                            HANDLER_INTERPRETED */
} ExitLevel;

/* The run-time form of a frame state and what must happen to the values alive there. */
typedef struct ExitRecord {
    uint8_t kind; /* ExitKind */
    bool noted;   /* that it failed often, for the next compile */
    int32_t level_count, value_count;
    ExitLevel *levels; /* innermost first; the last one is frame 0, of native code frame 1 */
    ExitSlot *values;
    uint64_t count; /* times taken */
    int64_t since;  /* budget_now() at the first of the last few */
} ExitRecord;

/* A call that was put in line: its frame is made when needed. The function it is of was found alive by a
 * guard when an exit is taken, so its code is alive too. */
typedef struct InlinedCode {
    int32_t parent, kind, first_slot; /* see ir.h, InlinedCall */
    PyCodeObject *code;               // borrowed; only looked at while a call of it is in line
    PyObject *code_ref;               // new ref; a weak reference to it, to look at it at other times
    PyCodeObject *held;               // new ref; where a guard knows it by its address alone, else NULL
} InlinedCode;

/* Operands that its frame has room for. */
static inline int32_t inlined_stack_size(const InlinedCode *call) {
    return call->code->co_stacksize + ir_gathers(call->kind);
}

typedef struct CodeEntry {
    uint8_t kind; /* EntryKind */
    int32_t offset;
} CodeEntry;

/* Entries that generators went on at last, by their offset: a body of several yields is resumed at each in
 * turn. */
enum { RESUME_HINTS = 8 };
typedef struct ResumeHint {
    int32_t behind; /* offset + 1; 0: nothing yet */
    int32_t index;
} ResumeHint;

typedef struct CompiledCode {
    /* Read on every call: keep first, in one cache line. */
    CompiledEntry entry;
    void *link;          /* the link block: inline caches, then link slots */
    void *way_in;        /* see jit/way_in.h */
    int32_t way_in_args; /* arguments that it takes, NO_WAY_IN: there is none */
    uint32_t active;     /* activations on some stack */
    uint8_t invalid;     /* no new entries; activations leave at their next exit point */
    uint8_t tier;
    bool is_native;      /* its activations are not counted: it stays while native_state says that any runs */
    int32_t start_entry; /* index of the function's start, -1: it only resumes */
    int32_t plain_args;  /* arguments of a function that takes positional ones only; -1: any other */
    int32_t frame_words, local_count;
    ResumeHint resumed[RESUME_HINTS];
    FunctionRecord *record;
    CodeEntry *entries;
    int32_t entry_count;
    InlinedCode *inlined;
    int32_t inlined_count;
    ExitRecord *exits;
    int32_t exit_count;
    int32_t cache_count, link_count;
    void *library;           /* of dlopen, or */
    struct CodeChunk *chunk; /* where code made in this process is */
    struct CodeChunk *way_in_chunk;
    size_t code_size;
    struct CompiledCode *next_dead; /* invalidated while running */
} CompiledCode;

enum { NO_WAY_IN = -1 };
/* All but the thread state are handed over; arguments beyond way_in_args do not matter. */
typedef PyObject *(*WayInto)(PyThreadState *tstate, PyObject *function, PyObject *first, PyObject *second,
                             PyObject *third, PyObject *fourth, PyObject *fifth, PyObject *sixth,
                             PyObject *seventh, PyObject *eighth);
/* The same where there are no more arguments than have registers. */
typedef PyObject *(*ShortWayInto)(PyThreadState *tstate, PyObject *function, PyObject *first,
                                  PyObject *second, PyObject *third, PyObject *fourth);
_Static_assert(offsetof(FunctionRecord, compiled) == RECORD_COMPILED, "");
_Static_assert(offsetof(CompiledCode, way_in) == COMPILED_WAY_IN, "");
_Static_assert(offsetof(CompiledCode, way_in_args) == COMPILED_WAY_IN_ARGS, "");

/* What the lowering found out about this process: ir.h, Fn.facts. */
typedef struct Facts {
    int32_t count, code_count;
    int64_t *numbers;
    PyCodeObject **codes; // new refs: of the calls put in line
    bool *held;           /* by such a code: compiled code is to keep it alive */
} Facts;

/* Load unit `unit` of a shared object and link it for `code`. NULL with `message` filled: the artifact is
 * damaged or does not fit. Needs the GIL; raises nothing. */
CompiledCode *table_load(PyCodeObject *code, const Facts *facts, const char *path, int unit, char *message,
                         size_t message_size);

/* Likewise, of code and image that were made in this process. NULL: there is no memory for it. */
CompiledCode *table_take(PyCodeObject *code, const Facts *facts, const StrBuf *bytes, const StrBuf *image);

/* Nothing may enter it any more; memory goes when the last activation has left. */
void table_retire(CompiledCode *compiled);
/* Free retired code that nothing runs any more. */
void table_sweep(void);

/* Index of the entry at which a suspended frame goes on, -1: none. */
static inline int table_entry_at(CompiledCode *compiled, int32_t offset) {
    ResumeHint *hint = &compiled->resumed[(uint32_t)offset % RESUME_HINTS];
    if (__builtin_expect(hint->behind == offset + 1, 1)) return hint->index;
    for (int i = 0; i < compiled->entry_count; i++) {
        if (compiled->entries[i].offset != offset || compiled->entries[i].kind != ENTRY_RESUME) continue;
        *hint = (ResumeHint){.behind = offset + 1, .index = i};
        return i;
    }
    return -1;
}

/* Where a suspended generator goes on in compiled code, one that waits for no other one: by the instruction
 * that its frame stands at, which is in one code object. Of two that meet in the table one is found. */
typedef struct ResumePoint {
    const void *at; /* borrowed, goes with its code's record; NULL: none */
    CompiledCode *compiled;
    int32_t entry;
    uint32_t left;      /* resumptions until the policy is asked */
    CpPassingLoop loop; /* that it is suspended in */
} ResumePoint;
enum { RESUME_POINTS = 512, RESUMES_PER_ASK = 64 };
extern ResumePoint table_resume_points[RESUME_POINTS]; // one per process, like code; guarded by the GIL

static inline ResumePoint *table_resume_point(const void *instruction) {
    return &table_resume_points[((uintptr_t)instruction >> 1) % RESUME_POINTS];
}
/* Nothing goes on there any more. */
void table_forget_points(const CompiledCode *compiled);

/* Co_extra's index of dxpy's records. CPython hands out indexes per interpreter, dxpy refuses all but one. */
extern Py_ssize_t table_extra_index; // one per process, see above

static inline FunctionRecord *table_record(PyCodeObject *code) {
    return cp_code_extra(code, table_extra_index);
}

#endif
