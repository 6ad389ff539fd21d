#include "jit/lowering.h"

#include "cpython/decode_sites.h"
#include "cpython/hook.h"
#include "cpython/layout.h"
#include "jit/engine.h"
#include "jit/feedback.h"
#include "jit/native.h"
#include "jit/options.h"
#include "jit/publish.h"
#include "jit/warm.h"
#include "lower/cold.h"
#include "lower/lower.h"
#include "runtime/osr.h"
#include "runtime/rt.h"

Frame *publish_frame, *lowering_met_frame;

bool facts_are_any(const Facts *facts) {
    return facts != NULL && (facts->count > 0 || facts->code_count > 0);
}

void facts_free(Facts *facts) {
    for (int i = 0; facts != NULL && i < facts->code_count; i++) Py_DECREF(facts->codes[i]);
    free(facts);
}

/* There are not more caches than code units. */
static void make_room_for_values(FunctionRecord *record) {
    if (record->seen_values == NULL) record->seen_values = PyMem_RawCalloc((size_t)Py_SIZE(record->code), 1);
}

void lowering_make_room(FunctionRecord *record) {
    if (record->seen_types != NULL) return;
    record->seen_count = decode_cache_count(record->code);
    record->seen_types = PyMem_RawCalloc((size_t)record->seen_count, sizeof(uint32_t) * SEEN_TYPES);
    if (record->seen_types == NULL) record->seen_count = 0;
}

static void note_seen_values(FunctionRecord *record, const CompiledCode *c) {
    make_room_for_values(record);
    for (int i = 0; record->seen_values != NULL && i < c->cache_count && i < Py_SIZE(record->code); i++) {
        const void *gave = ((const RtCache *)c->link + i)->gave;
        if (gave != NULL)
            record->seen_values[i] = gave == GAVE_SEVERAL ? LIKELY_OTHER : decode_likely_of(gave);
    }
}

/* Keep what tier 1's inline caches have seen: its code goes when the next is there. It may have come back
 * since other code met more. */
static void note_seen_types(FunctionRecord *record) {
    const CompiledCode *c = record->compiled;
    if (c == NULL || c->tier != TIER_BASELINE || c->cache_count == 0) return;
    lowering_make_room(record);
    note_seen_values(record, c);
    for (int i = 0; i < c->cache_count && i < record->seen_count; i++) {
        uint32_t seen[SEEN_TYPES];
        rt_seen_types((const RtCache *)c->link + i, seen);
        decode_merge_seen(record->seen_types + i * SEEN_TYPES, seen);
    }
}

static Facts *copy_facts(CompileContext *cx, const Fn *fn) {
    size_t numbers = sizeof(int64_t) * (size_t)fn->facts.count,
           codes = sizeof(void *) * (size_t)fn->inlined.count;
    Facts *facts = malloc(sizeof(Facts) + numbers + codes + sizeof(bool) * (size_t)fn->inlined.count);
    if (facts == NULL) bail(cx, "no_memory", "no room for the facts");
    *facts = (Facts){fn->facts.count, fn->inlined.count, (int64_t *)(facts + 1), NULL, NULL};
    facts->codes = (PyCodeObject **)(facts->numbers + fn->facts.count);
    if (numbers) memcpy(facts->numbers, fn->facts.items, numbers);
    facts->held = (bool *)(facts->codes + fn->inlined.count);
    for (int i = 0; i < fn->inlined.count; i++) {
        facts->codes[i] = (PyCodeObject *)Py_NewRef((PyObject *)fn->inlined.items[i].code);
        facts->held[i] = fn->inlined.items[i].held;
    }
    return facts;
}

/* What a function's owners of attributes are, as far as frames and tier 1 tell. */
static void add_samples(Surroundings *around, PyCodeObject *code, FunctionRecord *record) {
    if (lowering_met_frame != NULL && lowering_met_frame->f_code == code) around->frame = lowering_met_frame;
    else if (publish_frame != NULL && publish_frame->f_code == code) around->frame = publish_frame;
    around->method = rt_operator_method;
    if (record == NULL) return;
    note_seen_types(record);
    around->seen = record->seen_types;
    around->seen_count = record->seen_count;
    make_room_for_values(record);
    around->values = record->seen_values;
    around->value_count = record->seen_values != NULL ? (int)Py_SIZE(record->code) : 0;
}

const Surroundings *lowering_surroundings(PyCodeObject *code, Surroundings *around) {
    if (publish_frame == NULL || publish_frame->f_code != code) return NULL;
    *around = (Surroundings){publish_frame->f_globals, publish_frame->f_builtins};
    return around;
}

/* --- functions that calls may be put in line of --- */

/* Those met so far while one function is lowered. */
typedef struct Found {
    void *object;      // borrowed; no Python code runs meanwhile. A function, a class, or code:
    PyObject *globals; // borrowed; where its names are looked up
    Callee callee;
    bool refused; /* more of it has run than may be put in line */
    struct Found *next;
} Found;

typedef struct Looking {
    FunctionRecord *record; // borrowed; being lowered
    Tier tier;
    PyObject *refused; // borrowed; qualname -> why calls of it stay calls. NULL: nobody wants to know
    Found *found;
    Passed *passed;   /* by calls met so far */
    bool generators;  /* looked for, and nothing else */
    Classes *classes; /* NULL: not asked for yet */
    KnownResult *results;
    bool native; /* as a native function, of which the index of the cache tells nothing */
    bool infers; /* what a native function gives, which is done once a process */
} Looking;

enum { NOT_PLAIN = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR };
enum { PLAIN = CO_OPTIMIZED | CO_NEWLOCALS, MOST_UNITS = 300, MOST_TO_LOOK_AT = 1200 };

static const char TOO_LONG[] =
    "more than 300 code units of it have run; what is hot in it would do as a function of its own";

/* Why calls of a function of this code are never put in line; NULL: they may be. */
static const char *why_code_refused(PyCodeObject *code, bool generators) {
    FunctionRecord *record = table_record(code);
    if (record != NULL && (record->never & (NEVER_NOJIT | NEVER_EXCLUDED))) return "it is not to be compiled";
    if (generators && (code->co_flags & (CO_VARARGS | CO_VARKEYWORDS) || code->co_kwonlyargcount > 0))
        return "it is a generator that takes *args or **kwargs, or has keyword-only parameters";
    int kind = code->co_flags & NOT_PLAIN;
    if (generators ? kind != CO_GENERATOR && kind != CO_COROUTINE : kind != 0)
        return "it is a generator or a coroutine; only loops, any, all, sum, min, max, sorted, list, tuple, "
               "set, dict and str.join take items in line";
    if ((code->co_flags & PLAIN) != PLAIN) return "it is no plain function";
    if (Py_SIZE(code) > MOST_TO_LOOK_AT) return TOO_LONG;
    return NULL;
}

static const char *why_refused(PyFunctionObject *function, bool generators) {
    if (!hook_calls_own_code(function)) return "its calls go to other code";
    return why_code_refused((PyCodeObject *)function->func_code, generators);
}

/* Its loops are libgccjit's already: quick code of them would be slower than the call is. A generator is
 * called once and resumed often. */
static bool is_better_called(const Looking *looking, PyCodeObject *code) {
    const FunctionRecord *record = table_record(code);
    if (looking->generators || warm_is_restoring(looking->record))
        return false; /* what was put in line then decides */
    return looking->tier < TIER_AOT && record != NULL && record->compiled_tier == TIER_AOT &&
           cp_next_back_edge(code, -1) >= 0;
}

static void note_refused(const Looking *looking, PyObject *name, const char *reason) {
    if (looking->refused == NULL || looking->generators) return;
    PyObject *text = PyUnicode_FromString(reason);
    if (text == NULL || PyDict_SetItem(looking->refused, name, text) < 0) PyErr_Clear();
    Py_XDECREF(text);
}

static bool may_be_inlined(const Looking *looking, PyFunctionObject *function) {
    if (is_better_called(looking, (PyCodeObject *)function->func_code)) return false;
    const char *reason = why_refused(function, looking->generators);
    if (reason == NULL) return cp_need_function_version(function) != 0;
    note_refused(looking, function->func_qualname, reason);
    return false;
}

static void describe_defaults(const ConstInfo *defaults, int count, Callee *callee) {
    if (count > callee->positional) return;
    callee->defaults = defaults;
    callee->default_count = count;
}

/* No others come in their place without the function getting another version. */
static void describe_defaults_of(CompileContext *cx, PyObject *tuple, Callee *callee) {
    int count;
    const ConstInfo *defaults = decode_constants(cx, tuple, &count);
    describe_defaults(defaults, count, callee);
    callee->default_objects = arena_array(&cx->arena, void *, count + 1);
    for (int i = 0; i < count; i++) callee->default_objects[i] = PyTuple_GET_ITEM(tuple, i);
}

static void describe_keyword_defaults(CompileContext *cx, PyFunctionObject *function, Callee *callee) {
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    PyObject *dict = function->func_kwdefaults;
    if (dict == NULL || !PyDict_CheckExact(dict)) return;
    KeywordDefault *places = arena_array(&cx->arena, KeywordDefault, code->co_kwonlyargcount + 1);
    for (int i = 0; i < code->co_kwonlyargcount; i++) {
        PyObject *name = PyTuple_GET_ITEM(code->co_localsplusnames, code->co_argcount + i);
        void *value;
        KeywordDefault place;
        if (PyUnicode_CheckExact(name) && PyUnicode_CHECK_INTERNED(name) &&
            decode_find_entry(dict, name, &place.offset, &place.keys_version, &value)) {
            place.likely = decode_likely_type(value);
            places[i] = place;
        }
    }
    callee->keyword_defaults = places;
}

static int find_parameter(void *context, void *caller, int names, int keyword, const Callee *callee) {
    Looking *looking = context;
    PyCodeObject *from = caller != NULL ? caller : looking->record->code, *code = callee->code_object;
    PyObject *tuple = PyTuple_GET_ITEM(from->co_consts, names);
    for (int i = code->co_posonlyargcount; i < code->co_argcount + code->co_kwonlyargcount; i++)
        if (cp_same_text(PyTuple_GET_ITEM(code->co_localsplusnames, i), PyTuple_GET_ITEM(tuple, keyword)))
            return i;
    return -1;
}

/* What the call that was met first passes. */
static const Passed *find_passed(const Looking *looking, const void *callee) {
    const Passed *first = NULL;
    for (const Passed *passed = looking->passed; passed != NULL; passed = passed->next)
        if (passed->callee == callee) first = passed;
    return first;
}

/* A callee, its code decoded. NULL: it stays a call. */
static Callee *add_callee(Looking *looking, CompileContext *cx, void *object, PyCodeObject *code,
                          PyObject *globals, PyObject *builtins, PyFunctionObject *sample) {
    osr_disarm(code); /* the decoder must not read an armed back-edge */
    Found *found = arena_new(&cx->arena, Found);
    Surroundings around = {.globals = globals, .builtins = builtins, .function = sample};
    around.passed = &looking->passed;
    around.arrived = find_passed(looking, object);
    add_samples(&around, code, table_record(code));
    if (!looking->native) warm_recall_callee_types(looking->record, cx, code, &around);
    *found = (Found){.object = object, .globals = globals, .next = looking->found};
    Callee *callee = &found->callee;
    *callee = (Callee){
        .code = decode_code(cx, code, &around), .code_object = code, .positional = code->co_argcount};
    if (!looking->native && warm_is_restoring(looking->record) &&
        !warm_had_in_line(looking->record, callee->code->count))
        return NULL;
    for (int i = 0; i < callee->code->count; i++) callee->code->instrs[i].flags |= BC_BY_OPERANDS;
    feedback_add_callee(callee->code, table_record(code));
    warm_overlay_callee(looking->native ? NULL : looking->record, table_record(code), cx, callee->code);
    cold_mark(cx, callee->code);
    callee->units = cold_units_left(cx, callee->code);
    looking->found = found;
    found->refused = callee->units > MOST_UNITS && !warm_is_restoring(looking->record);
    if (found->refused) note_refused(looking, code->co_qualname, TOO_LONG);
    return found->refused ? NULL : callee;
}

static const Found *find_found(const Looking *looking, const void *object, const void *globals) {
    const Found *f = looking->found;
    while (f != NULL && (f->object != object || (f->callee.globals != NULL && f->globals != globals)))
        f = f->next;
    return f;
}

static const Callee *if_wanted(const Looking *looking, const Found *found) {
    return !found->refused && found->callee.code->is_generator == looking->generators ? &found->callee : NULL;
}

/* Any function of the code that a site leads to. */
static const Callee *find_by_code(Looking *looking, CompileContext *cx, const Site *site) {
    PyCodeObject *code = site->object;
    const Found *known = find_found(looking, code, site->globals);
    if (known != NULL) return if_wanted(looking, known);
    bool made_here = site->code == NULL; /* it gets hot before its caller does, having more calls */
    if ((!made_here && is_better_called(looking, code)) ||
        why_code_refused(code, looking->generators) != NULL)
        return NULL;
    Callee *callee = add_callee(looking, cx, code, code, site->globals, site->builtins, site->holder);
    if (callee == NULL) return NULL;
    callee->held = !made_here;
    callee->sample = site->holder;
    callee->globals = site->globals;
    callee->builtins = site->builtins;
    describe_defaults(site->defaults, site->default_count, callee);
    return callee;
}

static const Callee *find_callee(void *context, CompileContext *cx, const Site *site) {
    Looking *looking = context;
    PyObject *object = site->object;
    if (site->kind == SITE_CODE) return find_by_code(looking, cx, site);
    PyObject *init =
        object != NULL && Py_IS_TYPE(object, &PyType_Type) ? rt_find_init((PyTypeObject *)object) : NULL;
    if (object == NULL || (init == NULL && !Py_IS_TYPE(object, &PyFunction_Type))) return NULL;
    PyFunctionObject *function = (PyFunctionObject *)(init != NULL ? init : object);
    const Found *known = find_found(looking, object, NULL);
    if (known != NULL) return if_wanted(looking, known);
    if (!may_be_inlined(looking, function)) return NULL;
    Callee *callee = add_callee(looking, cx, object, (PyCodeObject *)function->func_code,
                                function->func_globals, function->func_builtins, function);
    if (callee == NULL) return NULL;
    callee->version = cp_need_function_version(function);
    callee->function = function;
    callee->class_version = init != NULL ? cp_type_version((PyTypeObject *)object) : 0;
    callee->has_finalizer = init != NULL && ((PyTypeObject *)object)->tp_finalize != NULL;
    callee->plain = init != NULL && cp_is_plain_class((PyTypeObject *)object);
    describe_defaults_of(cx, function->func_defaults, callee);
    describe_keyword_defaults(cx, function, callee);
    return callee;
}

static const Callee *find_generator(void *context, CompileContext *cx, const Site *site) {
    Looking *looking = context;
    looking->generators = true;
    const Callee *callee = find_callee(context, cx, site);
    looking->generators = false;
    return callee;
}

static const Site *find_operator(void *context, CompileContext *cx, const Instr *instr,
                                 uint32_t type_version) {
    Looking *looking = context;
    if (looking->classes == NULL) looking->classes = decode_new_classes(cx, rt_operator_method);
    return decode_operator(looking->classes, instr, type_version);
}

/* As other functions know a parameter, where a call does not tell. */
static uint8_t argument_type(const FunctionRecord *record, const uint8_t *types, int i) {
    uint8_t type = types[i];
    if (type == LIKELY_OTHER && record->argument_types != NULL) type = record->argument_types[i];
    return lower_unboxed_type(type);
}

static const NativeSignature *find_native(void *context, CompileContext *cx, const Callee *callee,
                                          const uint8_t *types);

static const NativeSignature *native_of(Looking *looking, CompileContext *cx, const Callee *callee,
                                        const uint8_t *types) {
    FunctionRecord *record = table_record(callee->code_object);
    int count = callee->code->argument_count;
    bool infers = looking->infers, of_code = callee->globals != NULL;
    if (record == NULL || !quick_code_can() || count + of_code > NATIVE_MOST_ARGUMENTS) return NULL;
    if (callee->held && record != looking->record) return NULL; /* it would have to keep the code alive */
    if (record->native == NULL) {
        NativeSignature signature = {.argument_count = count + of_code, .of_code = of_code};
        if (of_code) signature.arguments[count] = IR_OBJ;
        uint8_t *likely = arena_array(&cx->arena, uint8_t, count + 1);
        for (int i = 0; i < count; i++) {
            signature.arguments[i] = argument_type(record, types, i);
            likely[i] = lower_likely_of((IrType)signature.arguments[i]);
        }
        Callees callees = {find_callee, find_generator, find_parameter,   find_operator,
                           find_native, looking,        &looking->results};
        looking->infers = true;
        signature.result = (uint8_t)lower_native_result(cx, callee, likely, &callees);
        looking->infers = infers;
        record->native = native_new(record, callee, &signature);
    }
    return record->native != NULL ? native_signature(record->native, callee) : NULL;
}

/* Which calls are of native functions is found out as these are made: what is restored has those it had. */
static const NativeSignature *find_native(void *context, CompileContext *cx, const Callee *callee,
                                          const uint8_t *types) {
    Looking *looking = context;
    if (looking->native || looking->infers) return native_of(looking, cx, callee, types);
    if (!warm_may_call_native(looking->record)) return NULL;
    const NativeSignature *signature = native_of(looking, cx, callee, types);
    warm_calls_native(looking->record, signature != NULL);
    return signature;
}

/* In debug builds a mistake of dxpy's own ends the process, so that no test passes over it. */
static void is_no_mistake(const CompileContext *cx) {
#ifdef DXPY_DEBUG
    if (strcmp(cx->reason, "bad_ir") == 0) Py_FatalError(cx->message);
#endif
}

bool lowering_native(const Native *native, void *function, QuickCode *code, Facts **facts) {
    CompileContext cx;
    StrBuf text = {0};
    Looking looking = {.record = native->record, .tier = TIER_OPTIMIZING, .native = true};
    Callees callees = {find_callee, find_generator, find_parameter,  find_operator,
                       find_native, &looking,       &looking.results};
    Site site = {.kind = SITE_CALLABLE, .object = function};
    if (native->signature.of_code)
        site = (Site){.kind = SITE_CODE,
                      .object = native->record->code,
                      .globals = native->globals,
                      .builtins = native->builtins,
                      .holder = function,
                      .code = native->record->code};
    cx_init(&cx);
    bool bailed = setjmp(cx.bailed) != 0;
    if (!bailed) {
        PyObject *defaults = ((PyFunctionObject *)function)->func_defaults;
        if (site.kind == SITE_CODE) site.defaults = decode_constants(&cx, defaults, &site.default_count);
        const Callee *callee = find_callee(&looking, &cx, &site);
        if (callee == NULL) bail(&cx, "too_large", "it stays a call");
        Fn *fn = lower_native(&cx, callee, &native->signature, LAYOUT_OFFSETS, &callees);
        fn->force_exits = options.force_exits != 0;
        ir_print(fn, &text);
        *facts = copy_facts(&cx, fn);
        quick_code_make(ir_parse(&cx, text.text, text.length), code); /* see lowering_quick_code */
    } else {
        is_no_mistake(&cx);
    }
    strbuf_free(&text);
    cx_free(&cx);
    return !bailed;
}

/* --- decode and lower --- */

/* The function's bytecode with all that is known to go by. */
static Bytecode *decoded(CompileContext *cx, FunctionRecord *record, Tier tier, const Surroundings *around,
                         Passed **passed) {
    Surroundings known = around != NULL ? *around : (Surroundings){0};
    known.passed = passed;
    osr_disarm(record->code); /* the decoder must not read an armed back-edge */
    if (tier > TIER_BASELINE) lowering_make_room(record);
    add_samples(&known, record->code, record);
    if (tier > TIER_BASELINE) warm_recall_types(record, cx, &known);
    Bytecode *code = decode_code(cx, record->code, tier > TIER_BASELINE ? &known : NULL);
    feedback_add(cx, code, record, tier > TIER_BASELINE);
    warm_overlay(record, cx, code);
    return code;
}

Fn *lowering_fn(CompileContext *cx, FunctionRecord *record, Tier tier, const Surroundings *around,
                PyObject *refused) {
    Looking looking = {.record = record, .tier = tier, .refused = refused};
    Bytecode *code = decoded(cx, record, tier, around, &looking.passed);
    warm_lowered(record, code);
    Callees callees = {find_callee, find_generator, find_parameter,  find_operator,
                       find_native, &looking,       &looking.results};
    return lower_code(cx, code, tier, LAYOUT_OFFSETS, around && tier > TIER_BASELINE ? &callees : NULL);
}

void lowered_free(Lowered *lowered) {
    if (lowered->fn != NULL) cx_free(&lowered->cx);
    facts_free(lowered->facts);
    free(lowered->text);
}

static bool bailed(FunctionRecord *record, CompileContext *cx, StrBuf *text) {
    is_no_mistake(cx);
    compile_failed(record, cx->reason, cx->message);
    strbuf_free(text);
    cx_free(cx);
    return false;
}

static bool take_text(FunctionRecord *record, StrBuf *text, char **result) {
    *result = strbuf_take(text);
    if (*result == NULL) compile_failed(record, "no_memory", "no room for the text");
    return *result != NULL;
}

bool lowering_do(FunctionRecord *record, Tier tier, const Surroundings *around, Lowered *lowered) {
    StrBuf text = {0};
    CompileContext *cx = &lowered->cx;
    cx_init(cx);
    if (setjmp(cx->bailed)) return bailed(record, cx, &text);
    Fn *fn = lowering_fn(cx, record, tier, around, NULL);
    fn->force_exits = options.force_exits != 0;
    ir_print(fn, &text);
    lowered->facts = copy_facts(cx, fn);
    lowered->fn = fn;
    return take_text(record, &text, &lowered->text);
}

double lowering_quick_code(Lowered *lowered, Tier tier, QuickCode *code) {
    if (setjmp(lowered->cx.bailed)) {
        is_no_mistake(&lowered->cx);
        quick_code_free(code);
        return 0;
    }
    /* What was put in line and given up again leaves traces; the text is what the worker gets too. */
    if (tier > TIER_BASELINE) lowered->fn = ir_parse(&lowered->cx, lowered->text, strlen(lowered->text));
    return quick_code_make(lowered->fn, code);
}

char *lowering_text(FunctionRecord *record, Tier tier, const Surroundings *around) {
    Lowered lowered = {0};
    lowering_do(record, tier, around, &lowered);
    char *text = lowered.text;
    lowered.text = NULL;
    lowered_free(&lowered);
    return text;
}

char *lowering_bytecode(FunctionRecord *record, Tier tier, const Surroundings *around) {
    CompileContext cx;
    StrBuf text = {0};
    char *result = NULL;
    cx_init(&cx);
    if (setjmp(cx.bailed)) {
        bailed(record, &cx, &text);
        return NULL;
    }
    bc_print(decoded(&cx, record, tier, around, NULL), &text);
    cx_free(&cx);
    take_text(record, &text, &result);
    return result;
}
