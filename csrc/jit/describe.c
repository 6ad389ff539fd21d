/* What compiled code and its exits look like to people: for explain, the report, coverage. */
#include <time.h>

#include "cpython/decode.h"
#include "cpython/layout.h"
#include "jit/engine.h"
#include "jit/feedback.h"
#include "jit/table.h"
#include "lower/lower.h"
#include "runtime/osr.h"

static double thread_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static PyObject *describe_exits(FunctionRecord *record, const CompiledCode *c) {
    static const char *const KINDS[] = {"raised", "raised_again", "left",   "yielded", "guard",
                                        "cold",   "loop",         "caught", "callee"};
    _Static_assert(Py_ARRAY_LENGTH(KINDS) == EXIT_CALLEE + 1, "a name for each kind");
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < c->exit_count; i++) {
        const ExitRecord *exit = &c->exits[i];
        if (exit->count == 0) continue;
        /* shown at the line of the function itself, where the call that was put in line is */
        int offset = exit->levels[exit->level_count - 1].lasti * (int)sizeof(_Py_CODEUNIT);
        PyObject *row = Py_BuildValue("(iisK)", PyCode_Addr2Line(record->code, offset), offset,
                                      KINDS[exit->kind], (unsigned long long)exit->count);
        if (row == NULL || PyList_Append(list, row) < 0) Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

PyObject *compile_describe(FunctionRecord *record) {
    const CompiledCode *c = record->compiled;
    if (c == NULL) Py_RETURN_NONE;
    PyObject *exits = describe_exits(record, c), *osr = PyList_New(0), *result = NULL;
    for (int i = 0; osr != NULL && i < c->entry_count; i++) {
        if (c->entries[i].kind != ENTRY_OSR) continue;
        PyObject *offset = PyLong_FromLong(c->entries[i].offset * (long)sizeof(_Py_CODEUNIT));
        if (offset == NULL || PyList_Append(osr, offset) < 0) Py_CLEAR(osr);
        Py_XDECREF(offset);
    }
    if (exits != NULL && osr != NULL)
        result = Py_BuildValue("{sisssnsOsO}", "tier", c->tier, "symbol", "", "code_size",
                               (Py_ssize_t)c->code_size, "exits", exits, "osr_entries", osr);
    Py_XDECREF(exits);
    Py_XDECREF(osr);
    return result;
}

static const char *feedback_types(int feedback) {
    switch (feedback) {
    case FB_INT: return "int";
    case FB_FLOAT: return "float";
    case FB_STR: return "str";
    case FB_LIST_INT:
    case FB_LIST: return "list";
    case FB_TUPLE_INT:
    case FB_TUPLE:
    case FB_TWO_TUPLE: return "tuple";
    case FB_LIST_OR_TUPLE: return "list or tuple";
    case FB_DICT: return "dict";
    case FB_MODULE:
    case FB_METHOD_MODULE: return "module";
    case FB_METHOD_CLASS: return "type";
    case FB_CALL_PY: return "function";
    case FB_CALL_BOUND: return "method";
    default: return NULL;
    }
}

PyObject *compile_observed_types(PyCodeObject *code) {
    CompileContext cx;
    PyObject *dict = PyDict_New();
    if (dict == NULL) return NULL;
    cx_init(&cx);
    if (setjmp(cx.bailed) == 0) {
        Bytecode *bytecode = decode_code(&cx, code, NULL);
        for (int i = 0; dict != NULL && i < bytecode->count; i++) {
            const char *name = feedback_types(bytecode->instrs[i].feedback);
            if (name == NULL) continue;
            PyObject *offset = PyLong_FromUnsignedLong(bytecode->instrs[i].lasti * sizeof(_Py_CODEUNIT));
            PyObject *types = Py_BuildValue("(s)", name);
            if (offset == NULL || types == NULL || PyDict_SetItem(dict, offset, types) < 0) PyErr_Clear();
            Py_XDECREF(offset);
            Py_XDECREF(types);
        }
    }
    cx_free(&cx);
    return dict;
}

/* --- what attributes' owners were --- */

static PyObject *class_names(const Site *site) {
    PyObject *list = PyList_New(0);
    for (; list != NULL && site != NULL; site = site->next) {
        PyObject *name = PyUnicode_FromString(((PyTypeObject *)site->type)->tp_name);
        if (name == NULL || PyList_Append(list, name) < 0) Py_CLEAR(list);
        Py_XDECREF(name);
    }
    return list;
}

static const char *site_state(const Instr *instr, bool several) {
    if (instr->site == NULL && !several) return NULL; /* nothing was seen */
    if (instr->flags & BC_NO_SPECULATION) return "its guard kept failing; owners of one class would help";
    return several ? "more classes, or places, than are told apart; up to eight are" : "";
}

static PyObject *describe_sites(FunctionRecord *record, const Bytecode *code, const uint32_t *seen) {
    PyObject *list = PyList_New(0);
    int cache = -1;
    for (int i = 0; list != NULL && i < code->count; i++) {
        const Instr *instr = &code->instrs[i];
        cache += bc_cache_count(instr->op);
        if (instr->op != BC_LOAD_ATTR && instr->op != BC_STORE_ATTR && instr->op != BC_LOAD_METHOD) continue;
        bool several = cache < record->seen_count && seen[cache * SEEN_TYPES] == SEEN_SEVERAL;
        const char *state = site_state(instr, several);
        if (state == NULL) continue;
        int line = PyCode_Addr2Line(record->code, (int)(instr->lasti * sizeof(_Py_CODEUNIT)));
        PyObject *name = PyTuple_GET_ITEM(record->code->co_names, instr->arg);
        PyObject *row = Py_BuildValue("(iONs)", line, name, class_names(instr->site), state);
        if (row == NULL || PyList_Append(list, row) < 0) Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

PyObject *compile_describe_sites(FunctionRecord *record) {
    CompileContext cx;
    PyObject *list = NULL;
    record_pin(record);
    osr_disarm(record->code); /* the decoder must not read an armed back-edge */
    cx_init(&cx);
    if (setjmp(cx.bailed) == 0) {
        int count = record->seen_count;
        uint32_t *seen = arena_array(&cx.arena, uint32_t, (count + 1) * SEEN_TYPES);
        if (count > 0) memcpy(seen, record->seen_types, sizeof(uint32_t) * SEEN_TYPES * (size_t)count);
        const Surroundings around = {.seen = seen, .seen_count = count};
        Bytecode *code = decode_code(&cx, record->code, &around);
        feedback_add_callee(code, record);
        list = describe_sites(record, code, seen);
    } else {
        list = PyList_New(0);
    }
    cx_free(&cx);
    record_unpin(record);
    return list;
}

PyObject *compile_lower(PyCodeObject *code, Tier tier, bool with_text) {
    CompileContext cx;
    StrBuf text = {0};
    double start = thread_seconds();
    cx_init(&cx);
    if (setjmp(cx.bailed) == 0) {
        const Surroundings nothing = {0};
        Bytecode *bytecode = decode_code(&cx, code, tier > TIER_BASELINE ? &nothing : NULL);
        ir_print(lower_code(&cx, bytecode, tier, LAYOUT_OFFSETS, NULL), &text);
        cx.reason = NULL;
        cx.message[0] = '\0';
    }
    double microseconds = (thread_seconds() - start) * 1e6;
    char *printed = strbuf_take(&text);
    if (printed == NULL && cx.reason == NULL) cx.reason = "no_memory";
    PyObject *result = Py_BuildValue("(zsdz)", cx.reason, cx.message, microseconds,
                                     with_text && cx.reason == NULL ? printed : NULL);
    free(printed);
    cx_free(&cx);
    return result;
}
