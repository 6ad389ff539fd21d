/* What is assumed and put in line where, for explain. */
#include "cpython/decode.h"
#include "cpython/layout.h"
#include "jit/engine.h"
#include "jit/lowering.h"

/* What an operation takes its operand for. */
static const struct {
    IrOp op;
    const char *type; /* NULL: the known object that imm tells */
} ASSUMED[] = {
    {IR_unbox_i64_OP, "int"},   {IR_unbox_u64_OP, "int"},      {IR_unbox_low_OP, "int"},
    {IR_unbox_f64_OP, "float"}, {IR_unbox_number_OP, "float"}, {IR_array_is_OP, "array"},
    {IR_is_type_OP, NULL},      {IR_length_OP, NULL},          {IR_seq_has_OP, NULL},
    {IR_range_is_OP, "range"},  {IR_range_has_OP, "range"},    {IR_tuple_is_OP, "tuple"},
    {IR_list_is_OP, "list"},    {IR_latin_is_OP, "str"},       {IR_code_of_OP, "str"},
    {IR_char_code_OP, "str"},   {IR_same_text_OP, "str"},
};

static const char *assumed_type(const Ins *ins) {
    for (size_t i = 0; i < sizeof(ASSUMED) / sizeof(*ASSUMED); i++)
        if (ASSUMED[i].op == (IrOp)ins->op)
            return ASSUMED[i].type != NULL ? ASSUMED[i].type : IR_KNOWN_NAMES[ins->imm];
    return NULL;
}

static bool stays_call(const Ins *ins) {
    return ins->op == IR_call_OP && (ins->imm == H_rt_call || ins->imm == H_rt_call_ex);
}

/* False: exception set. */
static bool add_row(PyObject *list, uint32_t unit, const char *kind, PyObject *name) { // steals name
    PyObject *row =
        name == NULL ? NULL : Py_BuildValue("(IsO)", unit * (uint32_t)sizeof(_Py_CODEUNIT), kind, name);
    bool ok = row != NULL && PyList_Append(list, row) == 0;
    Py_XDECREF(row);
    Py_XDECREF(name);
    return ok;
}

/* Only of the function itself: what calls put in line assume is told where they are functions. */
static bool add_operations(PyObject *list, const Fn *fn) {
    bool ok = true;
    for (int b = 0; b < fn->blocks.count; b++)
        for (const Ins *ins = fn->blocks.items[b]->first; ins != NULL && ok; ins = ins->next) {
            if (ins->state == NULL || ins->state->frame != 0) continue;
            const char *type = assumed_type(ins);
            if (type != NULL) ok = add_row(list, ins->state->lasti, "type", PyUnicode_FromString(type));
            if (stays_call(ins)) ok = add_row(list, ins->state->lasti, "call", PyUnicode_FromString(""));
        }
    return ok;
}

/* Calls put in line in the code that runs: where they are, their exits tell. */
static bool add_inlined(PyObject *list, const CompiledCode *c) {
    bool ok = true;
    for (int i = 0; i < c->inlined_count && ok; i++) {
        PyObject *code = PyWeakref_GET_OBJECT(c->inlined[i].code_ref); // borrowed
        if (code == Py_None) continue;
        for (int e = 0; e < c->exit_count; e++) {
            const ExitRecord *exit = &c->exits[e];
            if (exit->levels[0].frame != i + 1) continue;
            PyObject *name = Py_NewRef(((PyCodeObject *)code)->co_qualname);
            ok = add_row(list, (uint32_t)exit->levels[exit->level_count - 1].lasti, "inlined", name);
            break;
        }
    }
    return ok;
}

/* By the next compile: what runs may have been made with less known. */
static bool add_assumed(PyObject *list, FunctionRecord *record, PyObject *function, PyObject *refused) {
    CompileContext cx;
    Surroundings names = {0};
    PyFunctionObject *f = (PyFunctionObject *)function;
    if (function != Py_None) names = (Surroundings){f->func_globals, f->func_builtins, .function = f};
    Tier tier = Py_MAX((Tier)record->compiled_tier, TIER_OPTIMIZING);
    volatile bool ok = true; /* read after a jump */
    cx_init(&cx);
    if (setjmp(cx.bailed) == 0) {
        const Fn *fn = lowering_fn(&cx, record, tier, function != Py_None ? &names : NULL, refused);
        if (!add_operations(list, fn)) bail(&cx, "no_memory", "no room for the rows");
    } else {
        ok = !PyErr_Occurred();
    }
    cx_free(&cx);
    return ok;
}

PyObject *compile_describe_lines(FunctionRecord *record, PyObject *function) {
    PyObject *list = PyList_New(0), *refused = PyDict_New(), *result = NULL;
    record_pin(record);
    if (list != NULL && refused != NULL &&
        (record->compiled == NULL || add_inlined(list, record->compiled)) &&
        add_assumed(list, record, function, refused))
        result = PyTuple_Pack(2, list, refused);
    record_unpin(record);
    Py_XDECREF(list);
    Py_XDECREF(refused);
    return result;
}
