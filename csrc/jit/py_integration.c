/* dxpy.JitIntegration: an Engine as a Python object. */
#include "jit/names.h"
#include "jit/state.h"

typedef struct IntegrationObject {
    PyObject_HEAD Engine *engine; /* owned, unless it is the process's */
} IntegrationObject;

static PyObject *object_of_engine(PyTypeObject *type, Engine *engine_steal) {
    if (!engine_steal) return NULL;
    IntegrationObject *self = (IntegrationObject *)type->tp_alloc(type, 0);
    if (!self) {
        if (!engine_steal->of_process) engine_free(engine_steal);
        return NULL;
    }
    self->engine = engine_steal;
    return (PyObject *)self;
}

static PyObject *integration_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":JitIntegration", names)) return NULL;
    return object_of_engine(type, engine_new());
}

/* What the records hold are code objects, which refer to no JitIntegration. */
static int integration_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void integration_dealloc(IntegrationObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->engine && !self->engine->of_process) engine_free(self->engine);
    type->tp_free(self);
    Py_DECREF(type);
}

/* 1 and a number that fits, 0 for one that cannot be a threshold, -1 with an exception. */
static int threshold_from_python(PyObject *value, uint64_t *result) {
    int overflow;
    PyObject *number = PyBool_Check(value) ? NULL : PyNumber_Index(value);
    if (!number) {
        PyErr_Format(PyExc_TypeError, "with_thresholds(): a threshold must be int, not %.100s",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    long long converted = PyLong_AsLongLongAndOverflow(number, &overflow);
    Py_DECREF(number);
    *result = (uint64_t)converted;
    return !overflow && converted > 0;
}

static PyObject *integration_with_thresholds(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"baseline", "optimizing", "aot", NULL};
    PyObject *given[3]; // borrowed
    uint64_t thresholds[3];
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOO:with_thresholds", names, &given[0], &given[1],
                                     &given[2]))
        return NULL;
    int fits = 1;
    for (int i = 0; i < 3; i++) {
        int one = threshold_from_python(given[i], &thresholds[i]);
        if (one < 0) return NULL;
        fits &= one;
    }
    Engine *engine = engine_new();
    if (!engine) return NULL;
    if (!fits || !engine_set_thresholds(engine, thresholds[0], thresholds[1], thresholds[2])) {
        engine_free(engine);
        PyErr_Format(PyExc_ValueError,
                     "thresholds must be 0 < baseline < optimizing < aot < 2**63, not baseline=%.60R, "
                     "optimizing=%.60R, aot=%.60R",
                     given[0], given[1], given[2]);
        return NULL;
    }
    return object_of_engine(type, engine);
}

static PyObject *integration_is_enabled(IntegrationObject *self, PyObject *unused) {
    return PyBool_FromLong(self->engine->enabled);
}

static PyObject *integration_enable(IntegrationObject *self, PyObject *unused) {
    if (engine_set_enabled(self->engine, true) < 0) return NULL;
    Py_RETURN_NONE;
}

static PyObject *integration_disable(IntegrationObject *self, PyObject *unused) {
    if (engine_set_enabled(self->engine, false) < 0) return NULL;
    Py_RETURN_NONE;
}

/* The first record of a name that a call was counted or a compile succeeded for; NULL with or without
 * exception. */
static FunctionRecord *find_known(IntegrationObject *self, PyObject *name) {
    FunctionRecord *record = engine_find(self->engine, name);
    while (record && !record_is_known(record)) record = record->next;
    return record;
}

/* The only argument of most methods; borrowed. NULL: TypeError set. */
static PyObject *parse_name(PyObject *args, PyObject *kwargs, const char *format) {
    static char *names[] = {"func_name", NULL};
    PyObject *name;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, names, &name)) return NULL;
    return name_check(name, format + 2) < 0 ? NULL : name;
}

static PyObject *tier_or_none(IntegrationObject *self, Tier tier) {
    if (tier == TIER_INTERPRETER) Py_RETURN_NONE;
    ModuleState *state = state_of((PyObject *)self);
    return state ? tier_to_python(state, tier) : NULL;
}

static PyObject *integration_record_call(IntegrationObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"func_name", "code", NULL};
    PyObject *name, *code; // borrowed
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO!:record_call", names, &name, &PyCode_Type, &code))
        return NULL;
    if (name_check(name, "record_call") < 0) return NULL;
    if (!self->engine->enabled) Py_RETURN_NONE;
    FunctionRecord *record = engine_obtain(self->engine, name, (PyCodeObject *)code);
    return record ? tier_or_none(self, engine_record_calls(record, 1)) : NULL;
}

static PyObject *integration_record_loops(IntegrationObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"func_name", "code", "iterations", NULL};
    PyObject *name, *code; // borrowed
    long long iterations = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO!|L:record_loops", names, &name, &PyCode_Type, &code,
                                     &iterations))
        return NULL;
    if (name_check(name, "record_loops") < 0) return NULL;
    if (iterations < 0 || iterations > INT64_MAX / 2) {
        PyErr_Format(PyExc_ValueError, "record_loops(): iterations must be 0 to 2**62 - 1, not %lld",
                     iterations);
        return NULL;
    }
    if (!self->engine->enabled) Py_RETURN_NONE;
    FunctionRecord *record = engine_obtain(self->engine, name, (PyCodeObject *)code);
    return record ? tier_or_none(self, engine_record_loops(record, (uint64_t)iterations)) : NULL;
}

static PyObject *integration_get_tier(IntegrationObject *self, PyObject *args, PyObject *kwargs) {
    PyObject *name = parse_name(args, kwargs, "O:get_tier"); // borrowed
    if (!name) return NULL;
    FunctionRecord *record = engine_find(self->engine, name);
    if (!record && PyErr_Occurred()) return NULL;
    ModuleState *state = state_of((PyObject *)self);
    return state ? tier_to_python(state, record_chain_tier(record)) : NULL;
}

static PyObject *integration_compile(IntegrationObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"func_name", "tier", "code", NULL};
    PyObject *name, *code; // borrowed
    Tier tier;
    Refusal refusal = {NULL};
    ModuleState *state = state_of((PyObject *)self);
    if (!state || !PyArg_ParseTupleAndKeywords(args, kwargs, "OO&O!:compile", names, &name, tier_from_python,
                                               &tier, &PyCode_Type, &code))
        return NULL;
    if (name_check(name, "compile") < 0) return NULL;
    if (tier == TIER_INTERPRETER)
        return PyErr_Format(
            PyExc_ValueError,
            "compile(): tier must be BASELINE_JIT, OPTIMIZING_JIT or AOT_OPTIMIZED, not INTERPRETER");
    if (!self->engine->enabled)
        return PyErr_Format(state->jit_disabled,
                            "cannot compile %.200R at %s: this JitIntegration is disabled", name,
                            tier_names[tier]);
    FunctionRecord *record = engine_obtain(self->engine, name, (PyCodeObject *)code);
    if (!record) return NULL;
    if (!engine_compile(record, tier, (PyCodeObject *)code, &refusal)) {
        raise_compilation_failed(state, name, tier, &refusal);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *integration_has_compiled(IntegrationObject *self, PyObject *args, PyObject *kwargs) {
    PyObject *name = parse_name(args, kwargs, "O:has_compiled"); // borrowed
    if (!name) return NULL;
    FunctionRecord *record = engine_find(self->engine, name);
    while (record && !record->compiled) record = record->next;
    return PyErr_Occurred() ? NULL : PyBool_FromLong(record != NULL);
}

static PyObject *integration_deoptimize(IntegrationObject *self, PyObject *args, PyObject *kwargs) {
    PyObject *name = parse_name(args, kwargs, "O:deoptimize"); // borrowed
    if (!name) return NULL;
    FunctionRecord *record = find_known(self, name);
    if (!record && PyErr_Occurred()) return NULL;
    ModuleState *state = state_of((PyObject *)self);
    if (!state) return NULL;
    if (!record)
        return PyErr_Format(state->deopt_failed,
                            "cannot deoptimize %.200R: no function of this name was seen", name);
    for (record = engine_find(self->engine, name); record; record = record->next) engine_deoptimize(record);
    Py_RETURN_NONE;
}

/* Offsets of the OSR entries of a compiled record: new list. */
static PyObject *osr_entries_of(FunctionRecord *record) {
    PyObject *description = compile_describe(record), *entries = NULL;
    if (description && PyDict_Check(description))
        entries = PyDict_GetItemString(description, "osr_entries"); // borrowed
    PyObject *result = entries ? PySequence_List(entries) : description ? PyList_New(0) : NULL;
    Py_XDECREF(description);
    return result;
}

static PyObject *integration_osr_entries(IntegrationObject *self, PyObject *args, PyObject *kwargs) {
    PyObject *name = parse_name(args, kwargs, "O:osr_entries"); // borrowed
    if (!name) return NULL;
    FunctionRecord *record = engine_find(self->engine, name);
    while (record && !record->compiled) record = record->next;
    if (!record) return PyErr_Occurred() ? NULL : PyList_New(0);
    PyObject *entries = osr_entries_of(record);
    if (entries && PyList_Sort(entries) < 0) Py_CLEAR(entries);
    return entries;
}

/* 1 when the record has an OSR entry at `offset`, 0 when not, -1 with an exception. */
static int has_osr_entry(FunctionRecord *record, int offset) {
    if (!record->compiled) return 0;
    PyObject *entries = osr_entries_of(record), *wanted = entries ? PyLong_FromLong(offset) : NULL;
    int found = wanted ? PySequence_Contains(entries, wanted) : -1;
    Py_XDECREF(entries);
    Py_XDECREF(wanted);
    return found;
}

/* The record with an OSR entry at `offset`. NULL, with an exception or without: there is none. */
static FunctionRecord *find_osr_entry(IntegrationObject *self, PyObject *name, int offset) {
    FunctionRecord *record = engine_find(self->engine, name);
    while (record) {
        record_pin(record);
        int found = has_osr_entry(record, offset);
        bool dropped = record->dropped;
        FunctionRecord *next = record->next;
        record_unpin(record);
        if (found > 0 && !dropped) return record;
        if (found < 0) return NULL;
        record = next;
    }
    return NULL;
}

static int parse_osr(PyObject *args, PyObject *kwargs, const char *format, const char *what, PyObject **name,
                     int *offset) {
    static char *names[] = {"func_name", "bytecode_offset", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, names, name, offset)) return -1;
    return name_check(*name, what);
}

static PyObject *integration_can_osr(IntegrationObject *self, PyObject *args, PyObject *kwargs) {
    PyObject *name; // borrowed
    int offset;
    if (parse_osr(args, kwargs, "Oi:can_osr", "can_osr", &name, &offset) < 0) return NULL;
    FunctionRecord *record = find_osr_entry(self, name, offset);
    return PyErr_Occurred() ? NULL : PyBool_FromLong(record != NULL);
}

static PyObject *integration_do_osr(IntegrationObject *self, PyObject *args, PyObject *kwargs) {
    PyObject *name; // borrowed
    int offset;
    ModuleState *state = state_of((PyObject *)self);
    if (!state || parse_osr(args, kwargs, "Oi:do_osr", "do_osr", &name, &offset) < 0) return NULL;
    FunctionRecord *record = find_osr_entry(self, name, offset);
    if (PyErr_Occurred()) return NULL;
    if (record && compile_arm_osr(record, offset)) Py_RETURN_NONE;
    return PyErr_Format(state->osr_failed,
                        "cannot enter %.200R at bytecode offset %d: no compiled OSR entry stands there", name,
                        offset);
}

static PyObject *integration_stats(IntegrationObject *self, PyObject *unused) {
    ModuleState *state = state_of((PyObject *)self);
    return state ? stats_to_python(state, self->engine) : NULL;
}

static PyObject *integration_profile(IntegrationObject *self, PyObject *args, PyObject *kwargs) {
    PyObject *name = parse_name(args, kwargs, "O:profile"); // borrowed
    if (!name) return NULL;
    FunctionRecord *record = find_known(self, name);
    if (!record && PyErr_Occurred()) return NULL;
    ModuleState *state = state_of((PyObject *)self);
    return state ? profile_to_python(state, record) : NULL;
}

static PyObject *integration_reset(IntegrationObject *self, PyObject *unused) {
    engine_reset(self->engine);
    Py_RETURN_NONE;
}

static PyObject *integration_records(IntegrationObject *self, PyObject *unused) {
    return engine_records_to_python(self->engine);
}

static PyObject *integration_mapper(IntegrationObject *self, void *unused) {
    ModuleState *state = state_of((PyObject *)self);
    return state ? mapper_view_new(state, self->engine->mapper, (PyObject *)self) : NULL;
}

static PyObject *integration_thresholds(IntegrationObject *self, void *unused) {
    const uint64_t *thresholds = self->engine->thresholds;
    return Py_BuildValue("(KKK)", thresholds[TIER_BASELINE], thresholds[TIER_OPTIMIZING],
                         thresholds[TIER_AOT]);
}

static PyObject *integration_repr(IntegrationObject *self) {
    EngineStats stats;
    const uint64_t *thresholds = self->engine->thresholds;
    engine_get_stats(self->engine, &stats);
    uint64_t functions = stats.functions[0] + stats.functions[1] + stats.functions[2] + stats.functions[3];
    return PyUnicode_FromFormat("<dxpy.JitIntegration%s %s, thresholds %llu/%llu/%llu, %llu functions>",
                                self->engine->of_process ? " of the process" : "",
                                self->engine->enabled ? "enabled" : "disabled", thresholds[1], thresholds[2],
                                thresholds[3], functions);
}

#define KEYWORDS                METH_VARARGS | METH_KEYWORDS
#define WITH_KEYWORDS(function) (PyCFunction)(void (*)(void)) function

static PyMethodDef methods[] = {
    {"with_thresholds", WITH_KEYWORDS(integration_with_thresholds), KEYWORDS | METH_CLASS,
     "with_thresholds($type, baseline, optimizing, aot)\n--\n\n"
     "An engine that promotes at these numbers of calls. ValueError unless 0 < baseline < optimizing < aot."},
    {"is_enabled", (PyCFunction)integration_is_enabled, METH_NOARGS,
     "is_enabled($self, /)\n--\n\nWhether calls are counted and functions compiled."},
    {"enable", (PyCFunction)integration_enable, METH_NOARGS,
     "enable($self, /)\n--\n\nCount and compile from now on; for the process's engine: put the frame hook "
     "in."},
    {"disable", (PyCFunction)integration_disable, METH_NOARGS,
     "disable($self, /)\n--\n\nCount and compile nothing; for the process's engine: take the frame hook "
     "out."},
    {"record_call", WITH_KEYWORDS(integration_record_call), KEYWORDS,
     "record_call($self, func_name, code)\n--\n\nCount one call. Returns the tier just reached, else None."},
    {"record_loops", WITH_KEYWORDS(integration_record_loops), KEYWORDS,
     "record_loops($self, func_name, code, iterations=1)\n--\n\n"
     "Count turns of a loop, ten of which weigh as one call. Returns the tier just reached, else None."},
    {"get_tier", WITH_KEYWORDS(integration_get_tier), KEYWORDS,
     "get_tier($self, func_name)\n--\n\nThe current tier; INTERPRETER for a name never seen, which stays "
     "unknown."},
    {"compile", WITH_KEYWORDS(integration_compile), KEYWORDS,
     "compile($self, func_name, tier, code)\n--\n\nCompile at this tier now, which sets the tier and never "
     "lowers it.\n\n"
     "CompilationFailed (its attribute `reason` says why) leaves everything as it was; JitDisabled while "
     "disabled."},
    {"has_compiled", WITH_KEYWORDS(integration_has_compiled), KEYWORDS,
     "has_compiled($self, func_name)\n--\n\nWhether compiled code stands; an unknown name stays unknown."},
    {"deoptimize", WITH_KEYWORDS(integration_deoptimize), KEYWORDS,
     "deoptimize($self, func_name)\n--\n\nDrop the code; back to INTERPRETER, calls count from 0. "
     "DeoptFailed for an unknown name."},
    {"can_osr", WITH_KEYWORDS(integration_can_osr), KEYWORDS,
     "can_osr($self, func_name, bytecode_offset)\n--\n\nWhether a compiled OSR entry stands at this loop "
     "header."},
    {"do_osr", WITH_KEYWORDS(integration_do_osr), KEYWORDS,
     "do_osr($self, func_name, bytecode_offset)\n--\n\nEnter compiled code there at the next back-edge. "
     "OsrFailed when none stands there."},
    {"osr_entries", WITH_KEYWORDS(integration_osr_entries), KEYWORDS,
     "osr_entries($self, func_name)\n--\n\nThe loop-header offsets at which can_osr is true, in order."},
    {"stats", (PyCFunction)integration_stats, METH_NOARGS, "stats($self, /)\n--\n\nA JitStats snapshot."},
    {"profile", WITH_KEYWORDS(integration_profile), KEYWORDS,
     "profile($self, func_name)\n--\n\nA FunctionProfile snapshot; None for a name never seen."},
    {"records", (PyCFunction)integration_records, METH_NOARGS,
     "records($self, /)\n--\n\nAll that is known of each function seen: a list of dicts, for reports."},
    {"reset", (PyCFunction)integration_reset, METH_NOARGS,
     "reset($self, /)\n--\n\nForget counts, tiers and code. Ids stay unique for ever."},
    {NULL},
};

static PyGetSetDef getters[] = {
    {"mapper", (getter)integration_mapper, NULL, "The FunctionIdMapper of this engine.", NULL},
    {"thresholds", (getter)integration_thresholds, NULL, "(baseline, optimizing, aot).", NULL},
    {NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "JitIntegration()\n--\n\nThe tiering engine, driven by hand: thresholds 100, 1,000 and "
                "10,000, enabled.\n\n"
                "Functions are told apart by name. The process's own engine, which the frame hook drives, is "
                "dxpy.integration()."},
    {Py_tp_new, integration_new},
    {Py_tp_dealloc, integration_dealloc},
    {Py_tp_traverse, integration_traverse},
    {Py_tp_repr, integration_repr},
    {Py_tp_methods, methods},
    {Py_tp_getset, getters},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "dxpy.JitIntegration",
    .basicsize = sizeof(IntegrationObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};

PyTypeObject *integration_type_new(PyObject *module) {
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
}

PyObject *integration_of_process(PyObject *module) {
    ModuleState *state = state_of_module(module);
    if (!state->integration)
        state->integration = object_of_engine(state->integration_type, engine_of_process());
    return state->integration;
}

Engine *engine_of_object(PyObject *object) {
    if (!object) return engine_of_process();
    ModuleState *state = state_of(object);
    if (state && PyObject_TypeCheck(object, state->integration_type))
        return ((IntegrationObject *)object)->engine;
    PyErr_Format(PyExc_TypeError, "expected a dxpy.JitIntegration, not %.100s", Py_TYPE(object)->tp_name);
    return NULL;
}
