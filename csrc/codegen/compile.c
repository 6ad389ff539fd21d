/* The compiler as a function: parse, verify, optimise, emit, hand to libgccjit. */
#include "codegen/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "codegen/emit.h"
#include "codegen/object.h"
#include "codegen/quick.h"
#include "opt/opt.h"

static const char *const FLAGS[] = {
    "-fno-semantic-interposition",
    "-fno-plt",
    "-fwrapv",
    "-fno-strict-aliasing",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-stack-protector",
    "-fcf-protection=none",
};

/* Where compiling quickly counts: passes that find next to nothing in our code, at gcc's own level 1.
 * Together they take a fifth of its time; what gcc's level 2 adds takes more than all of it. */
static const char *const QUICK_FLAGS[] = {
    "-fno-tree-pta",
    "-fno-tree-fre",
    "-fno-tree-dse",
    "-fno-tree-sra",
    "-fno-tree-sink",
    "-fno-tree-ch",
    "-fno-if-conversion",
    "-fno-dse",
    "-fno-cprop-registers",
    "-fno-forward-propagate",
    "-fno-combine-stack-adjustments",
    "-fno-compare-elim",
    "-fno-split-wide-types",
    "-fno-ssa-phiopt",
    "-fno-ipa-pure-const",
    "-fno-ipa-reference",
    "-fno-ipa-reference-addressable",
    "-fno-ipa-profile",
    "-fno-ipa-modref",
};

/* Level 2 is gcc's 1 and this: numbers stay in registers beside calls that hardly ever happen. */
static const char *const CALLER_SAVES = "-fcaller-saves";

enum { SLOWEST_QUICK_LEVEL = 2 };

static double now_ms(void) { return files_now() * 1e3; }

typedef enum Outcome { DONE, BAILED, NOT_QUICK } Outcome;

static bool emit_quickly(Fn *fn, int index, Piece pieces[UNIT_PIECES]) {
    StrBuf code = {0}, image = {0};
    bool emitted = quick_emit(fn, &code, &image);
    object_take_unit(pieces, index, &code, &image);
    return emitted;
}

/* Run the stages up to `emit` on one unit: for libgccjit, or quickly into `pieces`; a bail ends here. */
static Outcome compile_unit(CompileContext *cx, Gcc *gcc, Piece *pieces, const CcUnit *unit, int index,
                            CcResult *result) {
    if (setjmp(cx->bailed)) {
        result->ok = false;
        snprintf(result->reason, sizeof(result->reason), "%s", cx->reason);
        snprintf(result->message, sizeof(result->message), "%s", cx->message);
        return BAILED;
    }
    double start = now_ms();
    Fn *fn = ir_parse(cx, unit->text, unit->length);
    ir_verify(fn, "parse");
    double parsed = now_ms();
    opt_run(fn, getenv("DXPY_WITHOUT_PASSES"), NULL, NULL);
    double optimised = now_ms();
    if (pieces != NULL && (!quick_can() || !emit_quickly(fn, index, pieces))) return NOT_QUICK;
    if (pieces == NULL) emit_unit(gcc, fn, index);
    result->parse_ms = parsed - start;
    result->opt_ms = optimised - parsed;
    result->emit_ms = now_ms() - optimised;
    result->ok = true;
    return DONE;
}

static gcc_jit_context *new_context(const CcSettings *settings) {
    gcc_jit_context *ctx = gcc_jit_context_acquire();
    if (ctx == NULL) return NULL;
    bool quick = settings->optimize > 0 && settings->optimize <= SLOWEST_QUICK_LEVEL;
    gcc_jit_context_set_int_option(ctx, GCC_JIT_INT_OPTION_OPTIMIZATION_LEVEL,
                                   settings->optimize - (settings->optimize >= SLOWEST_QUICK_LEVEL));
    gcc_jit_context_set_bool_option(ctx, GCC_JIT_BOOL_OPTION_DEBUGINFO, settings->debug_info);
    gcc_jit_context_set_bool_allow_unreachable_blocks(ctx, 1);
    gcc_jit_context_set_bool_print_errors_to_stderr(ctx, 0);
    for (size_t i = 0; i < sizeof(FLAGS) / sizeof(FLAGS[0]); i++)
        gcc_jit_context_add_command_line_option(ctx, FLAGS[i]);
    for (size_t i = 0; quick && i < sizeof(QUICK_FLAGS) / sizeof(QUICK_FLAGS[0]); i++)
        gcc_jit_context_add_command_line_option(ctx, QUICK_FLAGS[i]);
    if (settings->optimize == SLOWEST_QUICK_LEVEL) gcc_jit_context_add_command_line_option(ctx, CALLER_SAVES);
    if (settings->march != NULL) {
        char option[64];
        snprintf(option, sizeof(option), "-march=%s", settings->march);
        gcc_jit_context_add_command_line_option(ctx, option);
    }
    gcc_jit_context_add_driver_option(ctx, "-nostdlib");
    gcc_jit_context_add_driver_option(ctx, "-nostartfiles");
    return ctx;
}

static bool fail_all(int count, CcResult *results, const char *message) {
    for (int i = 0; i < count; i++)
        if (results[i].ok) {
            results[i].ok = false;
            snprintf(results[i].reason, sizeof(results[i].reason), "gcc_failed");
            snprintf(results[i].message, sizeof(results[i].message), "%s", message ? message : "no message");
        }
    return false;
}

static bool compile_to(const CcUnit *units, int count, const CcSettings *settings,
                       enum gcc_jit_output_kind kind, const char *path, CcResult *results) {
    memset(results, 0, sizeof(*results) * (size_t)count);
    gcc_jit_context *ctx = new_context(settings);
    if (ctx == NULL) {
        for (int i = 0; i < count; i++) results[i].ok = true;
        return fail_all(count, results, "libgccjit gave no context");
    }
    Gcc gcc;
    gcc_init(&gcc, ctx);
    bool any = false;
    for (int i = 0; i < count; i++) {
        CompileContext cx;
        cx_init(&cx);
        if (settings->progress) settings->progress(settings->progress_arg, i);
        any |= compile_unit(&cx, &gcc, NULL, &units[i], i, &results[i]) == DONE;
        cx_free(&cx);
    }
    bool ok = any;
    if (any) {
        if (settings->progress) settings->progress(settings->progress_arg, -1);
        gcc_jit_context_compile_to_file(ctx, kind, path);
        const char *error = gcc_jit_context_get_first_error(ctx);
        if (error != NULL) ok = fail_all(count, results, error);
    }
    gcc_jit_context_release(ctx);
    return ok;
}

/* Without libgccjit. NOT_QUICK: one of the units wants it. */
static Outcome compile_quickly(const CcUnit *units, int count, const CcSettings *settings, const char *path,
                               CcResult *results, Piece *pieces) {
    bool any = false;
    memset(results, 0, sizeof(*results) * (size_t)count);
    for (int i = 0; i < count; i++) {
        CompileContext cx;
        cx_init(&cx);
        if (settings->progress) settings->progress(settings->progress_arg, i);
        Outcome outcome = compile_unit(&cx, NULL, pieces + UNIT_PIECES * i, &units[i], i, &results[i]);
        cx_free(&cx);
        if (outcome == NOT_QUICK) return NOT_QUICK;
        any |= outcome == DONE;
    }
    if (!any) return BAILED;
    if (object_write(path, pieces, UNIT_PIECES * count)) return DONE;
    fail_all(count, results, "the object cannot be written");
    return BAILED;
}

static Outcome try_quickly(const CcUnit *units, int count, const CcSettings *settings, const char *path,
                           CcResult *results) {
    Piece *pieces = calloc((size_t)count * UNIT_PIECES, sizeof(*pieces));
    if (pieces == NULL) return NOT_QUICK;
    Outcome outcome = compile_quickly(units, count, settings, path, results, pieces);
    for (int i = 0; i < count * UNIT_PIECES; i++) strbuf_free(&pieces[i].bytes);
    free(pieces);
    return outcome;
}

bool cc_compile(const CcUnit *units, int count, const CcSettings *settings, const char *path,
                CcResult *results) {
    Outcome quick = settings->optimize <= 1 ? try_quickly(units, count, settings, path, results) : NOT_QUICK;
    if (quick != NOT_QUICK) return quick == DONE;
    return compile_to(units, count, settings, GCC_JIT_OUTPUT_KIND_DYNAMIC_LIBRARY, path, results);
}

static void read_all(FILE *file, StrBuf *text) {
    char buffer[4096];
    for (size_t n; (n = fread(buffer, 1, sizeof(buffer), file)) > 0;) strbuf_add(text, buffer, n);
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) return NULL;
    StrBuf text = {0};
    read_all(file, &text);
    fclose(file);
    return strbuf_take(&text);
}

/* Quick code never was assembler's text. NULL: binutils' objdump is not there. */
static char *disassemble(const StrBuf *code, const char *path) {
    char command[1300];
    StrBuf text = {0};
    FILE *file = fopen(path, "w");
    if (file == NULL) return NULL;
    fwrite(code->text, 1, code->length, file);
    fclose(file);
    snprintf(command, sizeof(command),
             "objdump -D -b binary -m i386:x86-64 --no-show-raw-insn '%s' 2>/dev/null", path);
    FILE *listing = popen(command, "r");
    if (listing != NULL) read_all(listing, &text);
    bool listed = listing != NULL && pclose(listing) == 0;
    remove(path);
    if (!listed) strbuf_free(&text);
    return listed ? strbuf_take(&text) : NULL;
}

static char *dump_quick_code(const CcUnit *unit, const CcSettings *settings, const char *path,
                             CcResult *result) {
    Piece pieces[UNIT_PIECES] = {0};
    char *text = NULL;
    if (compile_quickly(unit, 1, settings, path, result, pieces) == DONE)
        text = disassemble(&pieces[0].bytes, path);
    for (int i = 0; i < UNIT_PIECES; i++) strbuf_free(&pieces[i].bytes);
    return text;
}

static char *dump_asm(const CcUnit *unit, const CcSettings *settings, CcResult *result) {
    char path[1100];
    snprintf(path, sizeof(path), "%s/dump.s", settings->scratch ? settings->scratch : "/tmp");
    char *quick = settings->optimize <= 1 ? dump_quick_code(unit, settings, path, result) : NULL;
    if (quick != NULL) return quick;
    if (!compile_to(unit, 1, settings, GCC_JIT_OUTPUT_KIND_ASSEMBLER, path, result)) return NULL;
    char *text = read_file(path);
    remove(path);
    return text;
}

char *cc_dump(const CcUnit *unit, const CcSettings *settings, const char *stage, CcResult *result) {
    memset(result, 0, sizeof(*result));
    if (strcmp(stage, "asm") == 0) return dump_asm(unit, settings, result);
    CompileContext cx;
    cx_init(&cx);
    StrBuf text = {0};
    if (setjmp(cx.bailed)) {
        snprintf(result->reason, sizeof(result->reason), "%s", cx.reason);
        snprintf(result->message, sizeof(result->message), "%s", cx.message);
        cx_free(&cx);
        strbuf_free(&text);
        return NULL;
    }
    Fn *fn = ir_parse(&cx, unit->text, unit->length);
    ir_verify(fn, "parse");
    if (strcmp(stage, "opt") == 0) opt_run(fn, getenv("DXPY_WITHOUT_PASSES"), NULL, NULL);
    ir_print(fn, &text);
    result->ok = true;
    cx_free(&cx);
    return strbuf_take(&text);
}
