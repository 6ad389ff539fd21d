#include "jit/install.h"

#include <stdio.h>
#include <unistd.h>

#include "base/files.h"
#include "codegen/quick.h"
#include "jit/engine.h"
#include "jit/options.h"
#include "jit/way_in.h"
#include "opt/opt.h"

double quick_code_make(Fn *fn, QuickCode *code) {
    double begun = files_now();
    ir_verify(fn, "lowering");
    opt_run(fn, NULL, NULL, NULL);
    if (quick_can() && !quick_emit(fn, &code->bytes, &code->image)) quick_code_free(code);
    return (files_now() - begun) * 1e3;
}

bool quick_code_can(void) { return quick_can(); }

void quick_code_free(QuickCode *code) {
    strbuf_free(&code->bytes);
    strbuf_free(&code->image);
}

void install_write_perf_map(const FunctionRecord *record, const void *start, size_t size, const char *what) {
    char path[64];
    snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
    FILE *file = fopen(path, "a");
    if (file == NULL) return;
    const char *name = PyUnicode_AsUTF8(record->name);
    PyErr_Clear();
    fprintf(file, "%lx %zx py:%s:%s\n", (unsigned long)(uintptr_t)start, size, name ? name : "?", what);
    fclose(file);
}

static void write_perf_map(const FunctionRecord *record, const CompiledCode *compiled) {
    char what[16];
    snprintf(what, sizeof(what), "tier%d", compiled->tier);
    install_write_perf_map(record, (const void *)compiled->entry, compiled->code_size, what);
}

/* Tier 1's code speculates on nothing: it is kept for when what replaces it turns out to be wrong. */
static void replace(FunctionRecord *record, CompiledCode *old) {
    if (old->tier != TIER_BASELINE || record->compiled->tier == TIER_BASELINE) {
        table_retire(old);
        return;
    }
    if (record->baseline != NULL) table_retire(record->baseline);
    record->baseline = old;
    table_forget_points(old);
    old->invalid = 1; /* who runs it goes on in the new code */
}

static void install(FunctionRecord *record, Tier tier, CompiledCode *compiled) {
    compiled->tier = (uint8_t)tier;
    compiled->record = record;
    CompiledCode *old = record->compiled;
    way_in_make(compiled);
    record->compiled = compiled;
    record->compiled_tier = (uint8_t)tier;
    record->bail_reason = NULL;
    record->bail_message[0] = '\0';
    if (old != NULL) replace(record, old);
    if (options.perf_map) write_perf_map(record, compiled);
}

bool install_artifact(FunctionRecord *record, Tier tier, const Facts *facts, const char *path, int unit) {
    char message[160];
    CompiledCode *compiled = table_load(record->code, facts, path, unit, message, sizeof(message));
    if (compiled != NULL) install(record, tier, compiled);
    else compile_failed(record, "bad_artifact", message);
    return compiled != NULL;
}

bool install_quick_code(FunctionRecord *record, Tier tier, const Facts *facts, const QuickCode *code) {
    if (code->bytes.length == 0 || code->bytes.failed || code->image.failed) return false;
    CompiledCode *compiled = table_take(record->code, facts, &code->bytes, &code->image);
    if (compiled != NULL) install(record, tier, compiled);
    return compiled != NULL;
}
