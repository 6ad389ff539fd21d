/* JitStats, FunctionProfile, and a record as a dict: what is known, as snapshots. */
#include "jit/reasons.h"
#include "jit/state.h"

static PyStructSequence_Field stats_fields[] = {
    {"total_functions", "functions seen, also those still interpreted"},
    {"total_calls", "calls counted since each function's counter last started from 0"},
    {"tier0_functions", "functions at INTERPRETER"},
    {"tier1_functions", "functions at BASELINE_JIT"},
    {"tier2_functions", "functions at OPTIMIZING_JIT"},
    {"tier3_functions", "functions at AOT_OPTIMIZED"},
    {"compiled_functions", "functions that have compiled code now"},
    {"pending_compiles", "compiles under way"},
    {"total_compiles", "compiles that succeeded"},
    {"compile_ms", "milliseconds the compiler worked for them"},
    {"total_loop_iterations", "turns of loops counted"},
    {"total_exits", "times compiled code was left at a guard"},
    {"warm_functions", "functions that began where an earlier run left them"},
    {NULL},
};

static PyStructSequence_Desc stats_description = {"dxpy.JitStats",
                                                  "What a tiering engine counted: a snapshot.", stats_fields,
                                                  sizeof stats_fields / sizeof stats_fields[0] - 1};

static PyStructSequence_Field profile_fields[] = {
    {"calls", "calls counted since the counter last started from 0"},
    {"loop_iterations", "turns of loops counted, likewise"},
    {"tier", "CompilationTier"},
    {"compiled", "whether compiled code stands"},
    {"exits", "times compiled code was left at a guard"},
    {"observed_types", "dict: bytecode offset -> names of the types seen there"},
    {NULL},
};

static PyStructSequence_Desc profile_description = {
    "dxpy.FunctionProfile", "What is known of one function: a snapshot.", profile_fields,
    sizeof profile_fields / sizeof profile_fields[0] - 1};

PyTypeObject *stats_type_new(void) { return PyStructSequence_NewType(&stats_description); }
PyTypeObject *profile_type_new(void) { return PyStructSequence_NewType(&profile_description); }

/* A struct sequence of these items, which are taken over; NULL among them means failure. */
static PyObject *struct_from_items(PyTypeObject *type, PyObject **items_steal, int count) {
    PyObject *result = PyStructSequence_New(type);
    bool failed = !result;
    for (int i = 0; i < count; i++) {
        failed |= !items_steal[i];
        if (result) PyStructSequence_SET_ITEM(result, i, items_steal[i]);
        else Py_XDECREF(items_steal[i]);
    }
    if (failed) Py_CLEAR(result);
    return result;
}

PyObject *stats_to_python(ModuleState *state, const Engine *engine) {
    EngineStats stats;
    engine_get_stats(engine, &stats);
    const uint64_t *functions = stats.functions;
    uint64_t total = functions[0] + functions[1] + functions[2] + functions[3];
    PyObject *items[] = {
        PyLong_FromUnsignedLongLong(total),
        PyLong_FromUnsignedLongLong(stats.calls),
        PyLong_FromUnsignedLongLong(functions[TIER_INTERPRETER]),
        PyLong_FromUnsignedLongLong(functions[TIER_BASELINE]),
        PyLong_FromUnsignedLongLong(functions[TIER_OPTIMIZING]),
        PyLong_FromUnsignedLongLong(functions[TIER_AOT]),
        PyLong_FromUnsignedLongLong(stats.compiled),
        PyLong_FromUnsignedLongLong(stats.pending),
        PyLong_FromUnsignedLongLong(stats.compiles),
        PyFloat_FromDouble(stats.compile_ms),
        PyLong_FromUnsignedLongLong(stats.loops),
        PyLong_FromUnsignedLongLong(stats.exits),
        PyLong_FromUnsignedLongLong(stats.warm_starts),
    };
    _Static_assert(sizeof items / sizeof items[0] == sizeof stats_fields / sizeof stats_fields[0] - 1,
                   "an item for each field");
    return struct_from_items(state->stats_type, items, sizeof items / sizeof items[0]);
}

/* Functions of one name are summed up; the types are those of the one that was called most. */
PyObject *profile_to_python(ModuleState *state, FunctionRecord *first) {
    uint64_t calls = 0, loops = 0, exits = 0;
    Tier tier = TIER_INTERPRETER;
    bool compiled = false;
    const FunctionRecord *hottest = first;
    if (!first) Py_RETURN_NONE;
    for (FunctionRecord *record = first; record; record = record->next) {
        calls += record_calls(record);
        loops += record_loops(record);
        exits += record->exits;
        tier = Py_MAX(tier, (Tier)record->tier);
        compiled |= record->compiled != NULL;
        if (record_calls(record) > record_calls(hottest)) hottest = record;
    }
    PyObject *code = Py_NewRef(hottest->code);
    PyObject *items[] = {
        PyLong_FromUnsignedLongLong(calls), PyLong_FromUnsignedLongLong(loops),
        tier_to_python(state, tier),        PyBool_FromLong(compiled),
        PyLong_FromUnsignedLongLong(exits), compile_observed_types((PyCodeObject *)code),
    };
    Py_DECREF(code);
    _Static_assert(sizeof items / sizeof items[0] == sizeof profile_fields / sizeof profile_fields[0] - 1,
                   "an item for each field");
    return struct_from_items(state->profile_type, items, sizeof items / sizeof items[0]);
}

static PyObject *text_or_none(const char *text) {
    return text && text[0] ? PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace")
                           : Py_NewRef(Py_None);
}

/* The reason's message from the table, with the compiler's own detail. */
static PyObject *refusal_message(const FunctionRecord *record) {
    const char *reason = record_refusal(record);
    if (!reason) reason = record->bail_reason;
    const ReasonRow *row = reason ? reason_find(reason) : NULL;
    bool own = reason && reason == record->bail_reason && record->bail_message[0];
    if (!row) return text_or_none(own ? record->bail_message : NULL);
    return PyUnicode_FromFormat("%s%s%s", row->message, own ? ": " : "", own ? record->bail_message : "");
}

/* A dict with a record's code, name, file, line, calls, loop_iterations, tier, requested, refusal (why it
 * stays interpreted), bail_reason (of the last failed compile), message, exits, compiles, compile_ms, and
 * compiled: None or what compile_describe says. */
PyObject *record_to_dict(FunctionRecord *record) {
    PyCodeObject *code = (PyCodeObject *)Py_NewRef(record->code);
    PyObject *result = NULL;
    record_pin(record);
    PyObject *compiled = record->compiled ? compile_describe(record) : Py_NewRef(Py_None);
    PyObject *refusal = text_or_none(record_refusal(record)), *reason = text_or_none(record->bail_reason);
    PyObject *message = refusal_message(record);
    if (compiled && refusal && reason && message)
        result = Py_BuildValue("{sO sO sO si sL sK sK si si sO sO sO sK sI sd sO}", "name", record->name,
                               "code", code, "file", code->co_filename, "line", code->co_firstlineno, "id",
                               (long long)record->id, "calls", (unsigned long long)record_calls(record),
                               "loop_iterations", (unsigned long long)record_loops(record), "tier",
                               (int)record->tier, "requested", (int)record->requested, "refusal", refusal,
                               "bail_reason", reason, "message", message, "exits",
                               (unsigned long long)record->exits, "compiles", (unsigned int)record->compiles,
                               "compile_ms", record->compile_ms, "compiled", compiled);
    record_unpin(record);
    Py_DECREF(code);
    Py_XDECREF(compiled);
    Py_XDECREF(refusal);
    Py_XDECREF(reason);
    Py_XDECREF(message);
    return result;
}

typedef struct Snapshot {
    struct {
        int64_t id;
        PyObject *code; /* new ref */
    } * rows;
    size_t count, capacity;
} Snapshot;

static int add_to_snapshot(FunctionRecord *record, void *arg) {
    Snapshot *snapshot = arg;
    if (snapshot->count == snapshot->capacity) {
        size_t capacity = snapshot->capacity ? snapshot->capacity * 2 : 256;
        void *rows = PyMem_RawRealloc(snapshot->rows, capacity * sizeof *snapshot->rows);
        if (!rows) return -1;
        snapshot->rows = rows;
        snapshot->capacity = capacity;
    }
    snapshot->rows[snapshot->count].id = record->id;
    snapshot->rows[snapshot->count++].code = Py_NewRef(record->code);
    return 0;
}

static int append_record(PyObject *list, const Engine *engine, int64_t id, PyObject *code) {
    FunctionRecord *record = engine->records[id];
    while (record && (PyObject *)record->code != code) record = record->next;
    if (!record) return 0;
    PyObject *row = record_to_dict(record);
    int failed = row ? PyList_Append(list, row) : -1;
    Py_XDECREF(row);
    return failed;
}

/* In two steps, because building a dict may collect garbage and with it code objects and their records. */
PyObject *engine_records_to_python(Engine *engine) {
    Snapshot snapshot = {NULL};
    PyObject *list = PyList_New(0);
    if (!list) return NULL;
    if (engine_each(engine, add_to_snapshot, &snapshot) < 0) {
        PyErr_NoMemory();
        Py_CLEAR(list);
    }
    for (size_t i = 0; i < snapshot.count; i++) {
        if (list && append_record(list, engine, snapshot.rows[i].id, snapshot.rows[i].code) < 0)
            Py_CLEAR(list);
    }
    for (size_t i = 0; i < snapshot.count; i++) Py_DECREF(snapshot.rows[i].code);
    PyMem_RawFree(snapshot.rows);
    return list;
}
