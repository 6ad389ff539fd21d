#include "jit/native.h"

#include "jit/engine.h"
#include "jit/feedback.h"
#include "jit/guards.h"
#include "jit/install.h"
#include "jit/lowering.h"
#include "jit/options.h"

enum { MOST_NESTED = 6, MOST_MADE = 24 };

static void make_absent(Native *native) {
    CompiledCode *code = native->code;
    native->cell = (NativeCell){(void *)rt_absent_native, native};
    native->code = NULL;
    if (code != NULL) table_retire(code);
}

void native_drop(Native *native) {
    if (native == NULL) return;
    make_absent(native);
    if (native->stage == NATIVE_READY) native->stage = NATIVE_DROPPED;
}

void native_free(Native *native) {
    native_drop(native);
    PyMem_RawFree(native);
}

Native *native_new(FunctionRecord *record, const Callee *callee, const NativeSignature *signature) {
    Native *native = PyMem_RawCalloc(1, sizeof *native);
    if (native == NULL) return NULL;
    *native = (Native){.signature = *signature,
                       .record = record,
                       .function = callee->function,
                       .version = callee->version,
                       .globals = callee->globals,
                       .builtins = callee->builtins};
    native->signature.cell = &native->cell;
    make_absent(native);
    return native;
}

static bool install(Native *native, const Facts *facts, const QuickCode *code) {
    if (code->bytes.length == 0 || code->bytes.failed || code->image.failed) return false;
    CompiledCode *compiled = table_take(native->record->code, facts, &code->bytes, &code->image);
    if (compiled == NULL) return false;
    compiled->tier = TIER_OPTIMIZING;
    compiled->record = native->record;
    native->code = compiled;
    native->cell = (NativeCell){(void *)compiled->entry, compiled->link};
    if (options.perf_map)
        install_write_perf_map(native->record, (const void *)compiled->entry, compiled->code_size, "native");
    return true;
}

/* The function that its code is made for; NULL: it is of many, and none of them is at hand. borrowed */
static void *sample_of(const Native *native, PyFunctionObject *sample) {
    if (!native->signature.of_code) return native->function;
    bool fits = sample != NULL && sample->func_code == (PyObject *)native->record->code &&
                sample->func_globals == native->globals && sample->func_builtins == native->builtins;
    return fits ? sample : NULL;
}

static void make(Native *native, PyFunctionObject *at_hand) {
    static int nested; // one per process, guarded by the GIL
    QuickCode code = {0};
    Facts *facts = NULL;
    void *sample = sample_of(native, at_hand);
    if (sample == NULL) {
        native->stage = NATIVE_DROPPED;
        return;
    }
    native->stage = NATIVE_MAKING;
    nested++;
    bool ok = nested <= MOST_NESTED && ++native->made <= MOST_MADE &&
              lowering_native(native, sample, &code, &facts) && install(native, facts, &code);
    nested--;
    native->stage = ok ? NATIVE_READY : NATIVE_GIVEN_UP;
    facts_free(facts);
    quick_code_free(&code);
}

const NativeSignature *native_signature(Native *native, const Callee *callee) {
    if (native->version != callee->version || native->globals != callee->globals ||
        native->builtins != callee->builtins)
        return NULL;
    if (native->stage == NATIVE_DROPPED) make(native, callee->sample);
    return native->stage == NATIVE_GIVEN_UP || native->stage == NATIVE_DROPPED ? NULL : &native->signature;
}

/* One that has just left: its frame, or that of a call put in line in it, is the innermost. borrowed */
static PyFunctionObject *function_left(const Native *native, const Frame *innermost) {
    enum { MOST = EXIT_MAX_LEVELS };
    const Frame *frame = innermost;
    for (int i = 0; i < MOST && frame != NULL; i++, frame = frame->previous)
        if (frame->f_code == native->record->code) return frame->f_func;
    return NULL;
}

static void make_again(FunctionRecord *record, Frame *innermost) {
    if (record->native == NULL || record->native->stage != NATIVE_READY) return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    record_pin(record);
    make_absent(record->native);
    lowering_met_frame = innermost;
    make(record->native, function_left(record->native, innermost));
    lowering_met_frame = NULL;
    record_unpin(record);
    PyErr_Restore(type, value, traceback);
}

void native_failed(FunctionRecord *record, Frame *innermost, int32_t offset) {
    FunctionRecord *failed = table_record(innermost->f_code);
    if (options.force_exits || failed == NULL || record->native == NULL) return;
    /* At first it is looked at anew what names lead to: code with a frame notes their new versions, too. */
    bool again = record->native->failed == offset + 1;
    record->native->failed = offset + 1;
    if (again && !compile_note_failed_guard(failed, offset)) return;
    lowering_make_room(failed);
    make_again(record, innermost);
}

void native_is_cold(FunctionRecord *record, Frame *innermost, int32_t offset) {
    FunctionRecord *inner = table_record(innermost->f_code);
    if (inner == NULL) return;
    feedback_note_unit(&inner->warm_units, &inner->warm_count, offset);
    make_again(record, innermost);
}
