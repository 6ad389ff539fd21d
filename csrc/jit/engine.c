#include "jit/engine.h"

#include "base/descriptor.h"
#include "cpython/hook.h"
#include "jit/budget.h"
#include "jit/code_memory.h"
#include "jit/feedback.h"
#include "jit/names.h"
#include "jit/options.h"
#include "jit/reasons.h"
#include "jit/warm.h"

/* The hook's counters have 32 bits; past this they are moved to the 64-bit ones. */
#define COUNTER_LIMIT (UINT32_C(1) << 31)

/* Calls to let pass after a compile that failed through no fault of the function; doubled each time. */
enum { FAULT_PAUSE = 1000, FAULT_PAUSE_DOUBLINGS = 16 };

/* Calls to let pass when a tier is due and the budget is empty. They are few so that what is called most asks
 * most often: it is the likeliest to find something there. */
enum { BUDGET_PAUSE = 16 };

static const uint64_t USUAL_THRESHOLDS[TIER_COUNT] = {0, 100, 1000, 10000};

/* The engine that the frame hook drives. A global because the hook and co_extra's free function are
 * given no module; there is one per process, since sub-interpreters are refused. */
static Engine *process_engine;

/* --- records --- */

uint64_t record_calls(const FunctionRecord *record) { return record->earlier_calls + record->calls; }
uint64_t record_loops(const FunctionRecord *record) { return record->earlier_loops + record->loops; }

bool record_is_known(const FunctionRecord *record) { return record->seen || record->calls > 0; }

Tier record_chain_tier(const FunctionRecord *first) {
    Tier tier = TIER_INTERPRETER;
    for (; first; first = first->next) tier = Py_MAX(tier, (Tier)first->tier);
    return tier;
}

static uint64_t record_heat(const FunctionRecord *record) {
    return record_calls(record) + record_loops(record) / LOOPS_PER_CALL;
}

static void fold_counters(FunctionRecord *record) {
    if (record->calls >= COUNTER_LIMIT) {
        record->earlier_calls += record->calls;
        record->calls = 0;
        record->seen = 1;
    }
    if (record->loops >= COUNTER_LIMIT) {
        record->earlier_loops += record->loops;
        record->loops = 0;
    }
}

const char *record_refusal(const FunctionRecord *record) {
    if (record->never & NEVER_NOJIT) return reason_table[REASON_nojit].name;
    if (record->never & NEVER_EXCLUDED) return reason_table[REASON_excluded].name;
    return record->never ? record->bail_reason : NULL;
}

/* Second in the chain: in an engine driven by hand the first one goes on counting for the name until a
 * record of changed code takes its place. */
static void link_record(Engine *engine, FunctionRecord *record) {
    FunctionRecord *first = engine->records[record->id];
    if (!first) {
        engine->records[record->id] = record;
        return;
    }
    record->previous = first;
    record->next = first->next;
    if (first->next) first->next->previous = record;
    first->next = record;
}

static void unlink_record(FunctionRecord *record) {
    if (record->next) record->next->previous = record->previous;
    if (record->previous) record->previous->next = record->next;
    else record->engine->records[record->id] = record->next;
    record->next = record->previous = NULL;
}

static void free_record(FunctionRecord *record) {
    if (!record->dropped) {
        compile_invalidate(record);
        unlink_record(record);
        record->dropped = 1;
    }
    if (record->pins > 0) return;
    if (!record->in_co_extra) Py_DECREF(record->code);
    warm_forget(record);
    Py_DECREF(record->name);
    feedback_free(record);
    native_free(record->native);
    PyMem_RawFree(record->seen_types);
    PyMem_RawFree(record->seen_values);
    PyMem_RawFree(record);
}

void record_pin(FunctionRecord *record) { record->pins++; }

void record_unpin(FunctionRecord *record) {
    record->pins--;
    if (record->dropped) free_record(record);
}

/* Back to the interpreter, for good until `never` loses this bit. */
static void give_up(FunctionRecord *record, uint8_t why) {
    record->never |= why;
    compile_invalidate(record);
    record->tier = TIER_INTERPRETER;
    record->requested = 0;
}

static void apply_filter(FunctionRecord *record) {
    const char *name;
    size_t length;
    record->never &= (uint8_t)~NEVER_EXCLUDED;
    if (record->engine->of_process && mapper_name_of(record->engine->mapper, record->id, &name, &length) &&
        options_leave_out(name))
        give_up(record, NEVER_EXCLUDED);
}

static int reserve_records(Engine *engine, int64_t id) {
    if ((size_t)id < engine->capacity) return 0;
    size_t capacity = engine->capacity ? engine->capacity * 2 : 64;
    while (capacity <= (size_t)id) capacity *= 2;
    FunctionRecord **records = PyMem_RawRealloc(engine->records, capacity * sizeof *records);
    if (!records) return -1;
    memset(records + engine->capacity, 0, (capacity - engine->capacity) * sizeof *records);
    engine->records = records;
    engine->capacity = capacity;
    return 0;
}

static void set_next_ask(FunctionRecord *record);

/* A record with its own reference to `code`, in the chain of its name. NULL: MemoryError set. */
static FunctionRecord *new_record(Engine *engine, PyObject *name, PyCodeObject *code) {
    FunctionRecord *record = NULL;
    NameBytes bytes;
    if (name_encode(name, &bytes) < 0) return NULL;
    int64_t id = mapper_get_or_create(engine->mapper, bytes.bytes, bytes.length);
    name_release(&bytes);
    if (id < 0 || reserve_records(engine, id) < 0) goto error;
    record = PyMem_RawCalloc(1, sizeof *record);
    if (!record) goto error;
    record->name = PyUnicode_FromObject(name);
    if (!record->name) goto error;
    record->id = id;
    record->engine = engine;
    record->code = (PyCodeObject *)Py_NewRef(code);
    record->ceiling = TIER_AOT;
    link_record(engine, record);
    apply_filter(record);
    set_next_ask(record);
    return record;
error:
    PyMem_RawFree(record);
    PyErr_NoMemory();
    return NULL;
}

/* --- policy --- */

static Tier highest_allowed(const FunctionRecord *record) {
    if (!record->engine->of_process) return record->engine->max_tier;
    if (record->never) return TIER_INTERPRETER;
    return Py_MIN(record->engine->max_tier, record->ceiling);
}

/* Tier 3 is what takes longest to compile: it is for code of tier 2 that has proved itself. */
static uint64_t heat_due(const FunctionRecord *record, Tier tier) {
    const uint64_t *thresholds = record->engine->thresholds;
    if (tier < TIER_AOT || !record->engine->of_process)
        return Py_MAX(thresholds[tier], Py_MAX(record->rests_until, record->notes_until));
    uint64_t proof = thresholds[TIER_AOT] - thresholds[TIER_OPTIMIZING];
    return Py_MAX(thresholds[tier], record->optimized_at + proof);
}

static Tier due_tier(const FunctionRecord *record) {
    uint64_t heat = record_heat(record);
    Tier tier = highest_allowed(record);
    if (record->engine->of_process && record->tier < TIER_OPTIMIZING) tier = Py_MIN(tier, TIER_OPTIMIZING);
    while (tier > TIER_INTERPRETER && heat < heat_due(record, tier)) tier--;
    if (tier == TIER_AOT && tier > record->tier && !budget_is_for_optimizing(record)) tier--;
    return tier;
}

bool engine_is_due(const FunctionRecord *record, Tier tier) {
    return record->engine->enabled && !record->requested && record->tier < tier && due_tier(record) >= tier;
}

/* Without anything to wait for, the policy is asked when the counter must be moved. */
static void set_next_ask(FunctionRecord *record) {
    uint64_t pause = COUNTER_LIMIT;
    fold_counters(record);
    if (record->engine->enabled && !record->requested && record->tier < highest_allowed(record)) {
        uint64_t heat = record_heat(record), due = heat_due(record, (Tier)(record->tier + 1));
        pause = due > heat ? due - heat : budget_is_limited(record->engine) ? BUDGET_PAUSE : 1;
        if (due <= heat && record->tier == TIER_OPTIMIZING) pause = Py_MAX(pause, heat / BUDGET_PAUSE);
        if (record->faults > 0) {
            uint64_t back_off = (uint64_t)FAULT_PAUSE << Py_MIN(record->faults - 1, FAULT_PAUSE_DOUBLINGS);
            pause = Py_MAX(pause, back_off);
        }
        if (record->warm_at > heat) pause = Py_MIN(pause, record->warm_at - heat);
    }
    record->next_ask = (uint32_t)Py_MIN(record->calls + Py_MIN(pause, COUNTER_LIMIT), COUNTER_LIMIT);
}

/* Once per process, because the next thousand functions would say the same. */
static void tell_useless(const FunctionRecord *record) {
    static bool told;
    if (told) return;
    told = true;
    PySys_FormatStderr(
        "dxpy: %s; functions stay at the tier they are at (python -m dxpy doctor tells more)\n",
        record->bail_message[0] ? record->bail_message : reason_table[REASON_worker_unusable].message);
    PyErr_Clear();
}

static void note_failure(FunctionRecord *record, Tier tier) {
    const ReasonRow *row = record->bail_reason ? reason_find(record->bail_reason) : NULL;
    if (row && row->kind == REASON_KIND_FAULT) {
        if (record->faults < UINT8_MAX) record->faults++;
        bool refused = row == &reason_table[REASON_bad_artifact] && code_memory_problem();
        if (row == &reason_table[REASON_worker_unusable] || refused) tell_useless(record);
        return;
    }
    record->ceiling = (uint8_t)Py_MIN(record->ceiling, tier - 1);
    if (record->ceiling == TIER_INTERPRETER) record->never |= NEVER_BAILED;
    warm_failed(record);
}

void engine_compile_ended(FunctionRecord *record, Tier tier, bool ok) {
    record->requested = 0;
    if (ok) {
        record->tier = (uint8_t)Py_MAX(record->tier, tier);
        if (tier == TIER_OPTIMIZING) record->optimized_at = record_heat(record);
        record->faults = 0;
        record->seen = 1;
    } else {
        note_failure(record, tier);
    }
    set_next_ask(record);
}

/* Tier 1 is left out where the budget has nothing for it, but what its code notes of the values is what tier
 * 2 goes by: of a function that is called often it is made in front of tier 2's, and runs for a while. */
static bool wants_notes(FunctionRecord *record) {
    uint64_t often = record->engine->thresholds[TIER_BASELINE];
    if (!budget_is_limited(record->engine) || record_calls(record) < often || record->compiles > 0 ||
        warm_is_restoring(record))
        return false;
    record->notes_until = record_heat(record) + often;
    return true;
}

void engine_ask(FunctionRecord *record) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    Engine *engine = record->engine;
    engine->asks++;
    fold_counters(record);
    if (record->warm_at && record_heat(record) >= record->warm_at && !options_being_asked())
        warm_retry(record);
    Tier due = due_tier(record);
    if (engine->enabled && !record->requested && due > record->tier && !options_being_asked() &&
        budget_allows(engine, due)) {
        record->requested = (uint8_t)due;
        bool learned = warm_learn(record, due);
        if (!learned && due == TIER_OPTIMIZING && wants_notes(record))
            record->requested = (uint8_t)(due = TIER_BASELINE);
        if (!learned && compile_start(record, due, options.sync) < 0)
            engine_compile_ended(record, due, false);
    }
    set_next_ask(record);
    PyErr_Restore(type, value, traceback);
}

void engine_retry_after(FunctionRecord *record, uint32_t calls) {
    record->warm_at = (uint32_t)Py_MIN(record_heat(record) + calls, COUNTER_LIMIT);
    record->next_ask = Py_MIN(record->next_ask, record->calls + calls);
}

void engine_loops_ran(FunctionRecord *record) {
    Tier due = due_tier(record);
    if (record->engine->enabled && !record->requested && due > record->tier && due > TIER_BASELINE)
        record->next_ask = Py_MIN(record->next_ask, record->calls + 1);
}

/* --- the frame hook's side --- */

/* module.qualname; new ref. NULL: exception set. */
static PyObject *name_of_code(PyCodeObject *code, PyObject *globals) {
    PyObject *module = NULL;
    if (globals && PyDict_Check(globals)) {
        PyObject *key = PyUnicode_InternFromString("__name__");
        if (!key) return NULL;
        module = PyDict_GetItemWithError(globals, key); // borrowed
        Py_DECREF(key);
        PyErr_Clear();
    }
    if (module && PyUnicode_Check(module)) return PyUnicode_FromFormat("%U.%U", module, code->co_qualname);
    return PyUnicode_FromFormat("?.%U", code->co_qualname);
}

FunctionRecord *engine_record_for_code(PyCodeObject *code, PyObject *globals) {
    PyObject *type, *value, *traceback;
    FunctionRecord *record = NULL;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *name = name_of_code(code, globals);
    if (name && engine_of_process()) record = new_record(process_engine, name, code);
    Py_XDECREF(name);
    PyErr_Clear();
    PyErr_Restore(type, value, traceback);
    return record;
}

void engine_forget_record(FunctionRecord *record) {
    if (!record) return;
    Engine *engine = record->engine;
    if (record_is_known(record)) {
        engine->gone_functions[record->tier]++;
        engine->gone_calls += record_calls(record);
        engine->gone_loops += record_loops(record);
        engine->gone_exits += record->exits;
        engine->gone_compiles += record->compiles;
        engine->gone_compile_ms += record->compile_ms;
    }
    free_record(record);
}

/* --- engines --- */

Engine *engine_new(void) {
    Engine *engine = PyMem_RawCalloc(1, sizeof *engine);
    Mapper *mapper = mapper_new();
    if (!engine || !mapper) {
        PyMem_RawFree(engine);
        mapper_free(mapper);
        PyErr_NoMemory();
        return NULL;
    }
    engine->mapper = mapper;
    engine->enabled = true;
    engine->max_tier = TIER_AOT;
    engine_set_thresholds(engine, USUAL_THRESHOLDS[1], USUAL_THRESHOLDS[2], USUAL_THRESHOLDS[3]);
    return engine;
}

static void free_records(Engine *engine) {
    for (size_t id = 0; id < engine->capacity; id++) {
        while (engine->records[id]) free_record(engine->records[id]);
    }
}

void engine_free(Engine *engine) {
    if (!engine) return;
    free_records(engine);
    PyMem_RawFree(engine->records);
    mapper_free(engine->mapper);
    PyMem_RawFree(engine);
}

Engine *engine_of_process(void) {
    if (!process_engine) {
        process_engine = engine_new();
        if (!process_engine) return NULL;
        process_engine->of_process = true;
        process_engine->enabled = false;
        engine_apply_options(process_engine);
    }
    return process_engine;
}

static void each_record(Engine *engine, void (*visit)(FunctionRecord *record)) {
    for (size_t id = 0; id < engine->capacity; id++) {
        for (FunctionRecord *record = engine->records[id]; record; record = record->next) visit(record);
    }
}

bool engine_set_thresholds(Engine *engine, uint64_t baseline, uint64_t optimizing, uint64_t aot) {
    if (!(0 < baseline && baseline < optimizing && optimizing < aot)) return false;
    engine->thresholds[TIER_BASELINE] = baseline;
    engine->thresholds[TIER_OPTIMIZING] = optimizing;
    engine->thresholds[TIER_AOT] = aot;
    engine->own_thresholds = memcmp(engine->thresholds, USUAL_THRESHOLDS, sizeof USUAL_THRESHOLDS) != 0;
    each_record(engine, set_next_ask);
    return true;
}

void engine_apply_options(Engine *engine) {
    engine->max_tier = (Tier)options.max_tier;
    each_record(engine, apply_filter);
    engine_set_thresholds(engine, options.thresholds[0], options.thresholds[1], options.thresholds[2]);
}

int engine_set_enabled(Engine *engine, bool enabled) {
    bool before = engine->enabled;
    engine->enabled = enabled; /* before anything waits: the last of several threads has its way */
    if (engine->of_process) {
        if (enabled) descriptor_make_room(); /* before the sampler's thread is there */
        if (enabled) warm_open();            /* before functions that run now are met */
        if (enabled && hook_install() < 0) {
            engine->enabled = before;
            return -1;
        }
        if (!enabled) hook_remove();
    }
    each_record(engine, set_next_ask);
    return 0;
}

FunctionRecord *engine_find(Engine *engine, PyObject *name) {
    NameBytes bytes;
    if (name_encode(name, &bytes) < 0) return NULL;
    int64_t id = mapper_get(engine->mapper, bytes.bytes, bytes.length);
    name_release(&bytes);
    return id >= 0 && (size_t)id < engine->capacity ? engine->records[id] : NULL;
}

static void forget_failures(FunctionRecord *record) {
    record->never &= (uint8_t)~NEVER_BAILED;
    record->ceiling = TIER_AOT;
    record->faults = 0;
    record->bail_reason = NULL;
    record->bail_message[0] = '\0';
}

static FunctionRecord *obtain_for_code(Engine *engine, PyObject *name, PyCodeObject *code) {
    FunctionRecord *record = hook_find_record(code); // borrowed
    if (record) {
        int same = PyObject_RichCompareBool(record->name, name, Py_EQ);
        if (same > 0) return record;
        if (same == 0)
            PyErr_Format(PyExc_ValueError, "this code object is known as %.200R, not %.200R", record->name,
                         name);
        return NULL;
    }
    record = new_record(engine, name, code);
    if (record && hook_attach_record(code, record) < 0) {
        free_record(record);
        return NULL;
    }
    return record;
}

FunctionRecord *engine_obtain(Engine *engine, PyObject *name, PyCodeObject *code) {
    if (engine->of_process) return obtain_for_code(engine, name, code);
    FunctionRecord *record = engine_find(engine, name);
    if (!record) return PyErr_Occurred() ? NULL : new_record(engine, name, code);
    if (record->code != code && !record->compiled) {
        Py_XSETREF(record->code, (PyCodeObject *)Py_NewRef(code));
        forget_failures(record);
    }
    return record;
}

FunctionRecord *engine_obtain_for_function(PyObject *function) {
    PyCodeObject *code = (PyCodeObject *)PyFunction_GET_CODE(function); // borrowed
    FunctionRecord *record = hook_find_record(code);                    // borrowed
    if (record) return record;
    record = engine_record_for_code(code, PyFunction_GET_GLOBALS(function));
    if (!record) {
        PyErr_NoMemory();
        return NULL;
    }
    if (hook_attach_record(code, record) < 0) {
        free_record(record);
        return NULL;
    }
    return record;
}

/* --- counting and compiling by hand --- */

static Tier promote(FunctionRecord *record) {
    Tier before = record->tier;
    record->seen = 1;
    if (record->engine->of_process) {
        if (due_tier(record) > before) engine_ask(record);
    } else {
        record->tier = (uint8_t)Py_MAX(before, due_tier(record));
    }
    fold_counters(record);
    return record->tier > before ? (Tier)record->tier : TIER_INTERPRETER;
}

Tier engine_record_calls(FunctionRecord *record, uint64_t calls) {
    record->earlier_calls += calls / COUNTER_LIMIT * COUNTER_LIMIT;
    record->calls += (uint32_t)(calls % COUNTER_LIMIT);
    return promote(record);
}

Tier engine_record_loops(FunctionRecord *record, uint64_t loops) {
    record->earlier_loops += loops / COUNTER_LIMIT * COUNTER_LIMIT;
    record->loops += (uint32_t)(loops % COUNTER_LIMIT);
    return promote(record);
}

static void refuse(Refusal *refusal, const char *reason, const char *message) {
    refusal->reason = reason;
    snprintf(refusal->message, sizeof refusal->message, "%s", message);
}

/* Refused before the compiler is asked. */
static bool is_refused(const FunctionRecord *record, Tier tier, Refusal *refusal) {
    const FunctionRecord *of_code = hook_find_record(record->code); // borrowed
    if (record->never & NEVER_NOJIT || (of_code && of_code->never & NEVER_NOJIT)) {
        refuse(refusal, reason_table[REASON_nojit].name, "");
    } else if (record->never & NEVER_EXCLUDED) {
        refuse(refusal, reason_table[REASON_excluded].name, "");
    } else if (tier > record->engine->max_tier) {
        refuse(refusal, reason_table[REASON_above_max_tier].name, "");
    } else if (tier > record->ceiling) {
        refuse(refusal, record->bail_reason, record->bail_message);
    } else {
        return false;
    }
    return true;
}

static bool compile_record(FunctionRecord *record, Tier tier, Refusal *refusal) {
    if (record->compiled && record->compiled_tier >= tier) {
        record->tier = (uint8_t)Py_MAX(record->tier, tier);
        return true;
    }
    if (is_refused(record, tier, refusal)) return false;
    record->requested = (uint8_t)tier;
    int started = compile_start(record, tier, true);
    if (record->dropped) {
        refuse(refusal, reason_table[REASON_worker_stopped].name, "the engine was reset meanwhile");
        return false;
    }
    if (started < 0) engine_compile_ended(record, tier, false);
    if (record->compiled && record->compiled_tier >= tier) return true;
    if (record->bail_reason) refuse(refusal, record->bail_reason, record->bail_message);
    else refuse(refusal, reason_table[REASON_worker_stopped].name, "another thread deoptimized it meanwhile");
    return false;
}

/* What `from` counted goes to `to`, which takes its place. */
static void take_over(FunctionRecord *to, FunctionRecord *from) {
    to->tier = (uint8_t)Py_MAX(to->tier, from->tier);
    to->earlier_calls += record_calls(from);
    to->earlier_loops += record_loops(from);
    to->exits += from->exits;
    to->compiles += from->compiles;
    to->compile_ms += from->compile_ms;
    free_record(from);
}

bool engine_compile(FunctionRecord *record, Tier tier, PyCodeObject *code, Refusal *refusal) {
    /* Compiled code of another code object stays until that of the new one is there. */
    FunctionRecord *target = record->code == code ? record : new_record(record->engine, record->name, code);
    if (!target) {
        PyErr_Clear();
        refuse(refusal, reason_table[REASON_no_memory].name, "");
        return false;
    }
    Py_INCREF(code);
    record_pin(target);
    bool ok = compile_record(target, tier, refusal) && !target->dropped;
    if (ok && !target->engine->of_process) {
        while (target->next) take_over(target, target->next);
        while (target->previous) take_over(target, target->previous);
    }
    if (!ok && target != record && !target->dropped) free_record(target);
    Py_DECREF(code);
    record_unpin(target);
    return ok;
}

static void clear_counters(FunctionRecord *record) {
    record->calls = record->loops = 0;
    record->earlier_calls = record->earlier_loops = record->notes_until = 0;
}

void engine_deoptimize(FunctionRecord *record) {
    compile_invalidate(record);
    record->tier = TIER_INTERPRETER;
    record->requested = 0;
    record->seen = 1;
    record->warm_at = record->rests_until = 0;
    clear_counters(record);
    set_next_ask(record);
}

static void reset_record(FunctionRecord *record) {
    engine_deoptimize(record);
    forget_failures(record);
    warm_forget(record);
    record->seen = 0;
    record->exits = 0;
    record->compiles = 0;
    record->compile_ms = 0;
    set_next_ask(record);
}

void engine_reset(Engine *engine) {
    if (engine->of_process) each_record(engine, reset_record);
    else free_records(engine);
    memset(engine->gone_functions, 0, sizeof engine->gone_functions);
    engine->gone_calls = engine->gone_loops = engine->gone_exits = engine->gone_compiles = engine->asks =
        engine->warm_starts = 0;
    engine->gone_compile_ms = 0;
}

void engine_set_nojit(FunctionRecord *record) {
    give_up(record, NEVER_NOJIT);
    set_next_ask(record);
}

/* --- looking on --- */

int engine_each(const Engine *engine, int (*visit)(FunctionRecord *record, void *arg), void *arg) {
    for (size_t id = 0; id < engine->capacity; id++) {
        for (FunctionRecord *record = engine->records[id]; record; record = record->next) {
            if (record_is_known(record) && visit(record, arg) < 0) return -1;
        }
    }
    return 0;
}

static int add_to_stats(FunctionRecord *record, void *arg) {
    EngineStats *stats = arg;
    stats->functions[record->tier]++;
    stats->calls += record_calls(record);
    stats->loops += record_loops(record);
    stats->exits += record->exits;
    stats->compiles += record->compiles;
    stats->compile_ms += record->compile_ms;
    stats->compiled += record->compiled != NULL;
    stats->pending += record->requested != 0;
    return 0;
}

void engine_get_stats(const Engine *engine, EngineStats *stats) {
    *stats = (EngineStats){
        .calls = engine->gone_calls,
        .loops = engine->gone_loops,
        .exits = engine->gone_exits,
        .compiles = engine->gone_compiles,
        .compile_ms = engine->gone_compile_ms,
        .asks = engine->asks,
        .warm_starts = engine->warm_starts,
    };
    memcpy(stats->functions, engine->gone_functions, sizeof stats->functions);
    engine_each(engine, add_to_stats, stats);
}
